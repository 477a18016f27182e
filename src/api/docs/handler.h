// The reference page at /docs: Swagger UI over /openapi.json, everything from the binary, nothing from the network.
// Stateless; serves all threads.
#pragma once

#include "http/handler.h"

namespace trivet::api::docs {

class DocsHandler final : public http::Handler {
 public:
  task<http::Response> handle(const http::Request& request) override;
};

}  // namespace trivet::api::docs
