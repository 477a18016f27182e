// The registered claims of a token (RFC 7519, section 4.1). Internal to auth. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "auth/jwt.h"
#include "base/error.h"

namespace trivet::auth {

// Checks exp, nbf, iat, aud and role. The secret is not needed any more.
[[nodiscard]] result<Claims> parse_claims(std::string json, const VerifyOptions& options);

}  // namespace trivet::auth
