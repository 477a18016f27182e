// A request and the overload that it means → the call. Pure.
#pragma once

#include "api/rest/call/choose.h"
#include "api/rest/request/media.h"
#include "base/limits.h"

namespace trivet::api::rest {

struct CallOptions {
  const Limits& limits;
  bool rollback_allowed = false;
};

struct PreparedCall {
  store::Call call;
  Media media;
  std::string preference_applied;
  int64_t offset = 0;
  bool is_counted = false;
};

// `api` with its parameters; PGRST100, 103, 107, 108, 122, 123, 127, 128, 200.
[[nodiscard]] result<PreparedCall> prepare_call(const ApiRequest& api, const http::Request& request,
                                                const Arguments& arguments, const Choice& choice,
                                                const CallOptions& options);

}  // namespace trivet::api::rest
