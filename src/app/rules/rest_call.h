// One request of the REST dialect under a given identity, without a server: decode, authorise,
// plan, execute and encode as a served one.
//
// Views nothing after it returns. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "api/rest/decode.h"
#include "base/error.h"
#include "engine/engine.h"
#include "http/message.h"
#include "value/identity.h"

namespace trivet::app {

struct RestCall {
  std::string method = "GET";
  std::string target;  // "/rest/v1/Post?select=id"
  std::string body;    // JSON, or empty
  std::string prefer;  // of the header
};

// "GET /rest/v1/Post?select=id"; a target without the prefix gets it. Errors: bad_config.
[[nodiscard]] result<RestCall> parse_call(std::string_view text);

struct RestAnswer {
  http::Response response;
  std::string code;      // of what it was refused with; empty = done
  int64_t affected = 0;  // rows read or written
};

class RestCaller {
 public:
  // The engine outlives it.
  explicit RestCaller(engine::Engine& engine) : engine_(engine) {}

  // What the request asks; views `call`.
  [[nodiscard]] result<api::rest::Decoded> decode(const RestCall& call, const Identity& identity);
  // Refusals of the engine are answers of 4xx, as a client gets them.
  [[nodiscard]] RestAnswer run(const RestCall& call, const Identity& identity);

 private:
  engine::Engine& engine_;
  api::rest::DecodeCache cache_;
};

}  // namespace trivet::app
