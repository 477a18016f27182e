// Errors → HTTP answers (dialects/rest.md, sections 11 to 13). Pure.
#pragma once

#include "base/error.h"
#include "http/message.h"
#include "value/identity.h"

namespace trivet::api::rest {

// `{"code":…,"details":…,"hint":…,"message":…}`
[[nodiscard]] std::string error_body(const Error& error);

// `role`: 42501 is 401 for the anonymous role, else 403. HEAD gets no body: Proxy-Status is its only clue.
[[nodiscard]] http::Response error_response(const Error& error, Role role, http::Method method);

[[nodiscard]] int error_status(const Error& error, Role role);

}  // namespace trivet::api::rest
