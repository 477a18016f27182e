// The JSON inside a token: its header and its registered claims (RFC 7519, section 4.1). Internal
// to auth. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "auth/jwt.h"
#include "base/error.h"

namespace trivet::auth {

struct TokenHeader {
  std::string algorithm;
};

// Refuses "crit" (RFC 7515, 4.1.11: we know no extension) and members given twice.
[[nodiscard]] result<TokenHeader> parse_token_header(std::string_view json);

// Checks exp, nbf, iat, aud and role. The secret is not needed any more.
[[nodiscard]] result<Claims> parse_claims(std::string json, const VerifyOptions& options);

}  // namespace trivet::auth
