// Functions (dialects/rest.md, section 9): none can be declared yet, so every call is one of an unknown function.
#pragma once

#include "api/rest/request/request.h"
#include "base/error.h"

namespace trivet::api::rest {

// PGRST202, naming the arguments as upstream does; PGRST102 for a body that can't be read.
[[nodiscard]] std::unexpected<Error> unknown_function(const ApiRequest& api,
                                                      const http::Request& request);

}  // namespace trivet::api::rest
