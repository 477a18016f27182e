// What a call gave → the HTTP answer (dialects/rest.md, sections 4 and 9). Pure.
#pragma once

#include "api/rest/call/prepare.h"

namespace trivet::api::rest {

// `answer` is of a call that went through.
[[nodiscard]] http::Response call_response(const PreparedCall& prepared, http::Method method,
                                           store::CallAnswer answer);

}  // namespace trivet::api::rest
