// The registered claims of a token (RFC 7519, section 4.1). Internal to auth. Pure functions.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "auth/jwt.h"
#include "base/error.h"

namespace trivet::auth {

// exp, nbf and iat; the first in seconds since 1970, rounded up, or no_expiry.
[[nodiscard]] result<int64_t> check_times(const simdjson::dom::object& claims,
                                          int64_t now_seconds);

// Checks exp, nbf, iat, aud, role, and that it is no ID token of our own. The secret is not needed any more.
[[nodiscard]] result<Claims> parse_claims(std::string json, const VerifyOptions& options);

}  // namespace trivet::auth
