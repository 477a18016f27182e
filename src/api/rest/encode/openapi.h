// The root document: Swagger 2.0 as PostgREST describes its tables (dialects/rest.md, section 15), only what the caller may use.
#pragma once

#include <string_view>

#include "api/rest/resolve/catalog.h"
#include "engine/engine.h"
#include "http/message.h"

namespace trivet::api::rest {

struct RootRequest {
  std::string_view prefix;  // "/rest/v1"
  const http::Request& request;
};

[[nodiscard]] http::Response answer_root(const Catalog& catalog, const engine::Engine& engine,
                                         const Identity& identity, const RootRequest& root);

}  // namespace trivet::api::rest
