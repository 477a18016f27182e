// What a session hands out: refresh tokens, and the claims of access tokens (dialects/auth.md, 3.1 and
// 8.3); and the small secrets of links and codes.
//
// A refresh token is a session's id and a counter under a MAC: nothing of it is stored but the counter,
// in the session's row (docs/decisions/0022). Pure functions over a given key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/records/records.h"

namespace trivet::auth {

struct RefreshToken {
  std::string session_id;  // UUID in lower case
  int64_t counter = 0;
};

[[nodiscard]] std::string encode_refresh_token(const RefreshToken& token, std::string_view secret);
// nullopt if it isn't one of ours, whole and unchanged.
[[nodiscard]] std::optional<RefreshToken> decode_refresh_token(std::string_view text,
                                                               std::string_view secret);

// Has a role for which the rules give way.
[[nodiscard]] bool is_operator(const User& user);
[[nodiscard]] bool is_uuid(std::string_view text);  // lower case, with hyphens

struct TokenTimes {
  int64_t issued_at = 0;   // seconds since 1970
  int64_t expires_at = 0;
};
// The claims of an access token, a JSON object. `issuer` empty: no iss.
[[nodiscard]] std::string access_claims(const User& user, const Session& session,
                                        const TokenTimes& times, std::string_view issuer);

// SHA-256, base64url.
[[nodiscard]] std::string hash_link(std::string_view link);
// HMAC-SHA-256 under a key that is not in the database: six digits alone are guessed from a plain hash.
[[nodiscard]] std::string hash_code(const OneTimeToken& token, std::string_view code,
                                    std::string_view secret);

}  // namespace trivet::auth
