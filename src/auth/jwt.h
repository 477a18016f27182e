// JSON Web Tokens (RFC 7519): the signature by jose/jws.h, and the claims.
//
// The algorithm is pinned by the key and not by the token; no member twice at any depth, sizes
// limited. Errors are PostgREST's PGRST301 (the token) and PGRST303 (its claims), with its texts.
// Leaves out: who may do what with a role. Pure functions over given time; any thread.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "auth/jose/jws.h"
#include "auth/jose/key_set.h"
#include "base/error.h"

namespace trivet::auth {

inline constexpr int64_t clock_skew_seconds = 30;
inline constexpr int64_t no_expiry = std::numeric_limits<int64_t>::max();

struct Claims {
  std::string json;                // the payload, a JSON object
  std::string role;                // claim "role"; empty when absent
  int64_t expires_at = no_expiry;  // claim "exp", rounded up, seconds since 1970
};

struct VerifyOptions {
  std::string_view secret;    // verifies HS256 tokens, whatever "kid" they name; empty = refuses them
  std::string_view audience;  // empty = "aud" is not looked at
  int64_t now_seconds = 0;
  const KeySet* keys = nullptr;  // verify the others, by "kid" and algorithm; null = refuses them
};

// Whether "typ" is that of an access token, or absent (RFC 8725, 3.11): a token made for something
// else (a DPoP proof, a logout) is none.
[[nodiscard]] bool is_access_token(std::string_view type);

// Claims of a token whose signature, times and audience are right.
[[nodiscard]] result<Claims> verify_token(std::string_view token, const VerifyOptions& options);

// "JWT expired" if `expires_at` lies further back than the skew.
[[nodiscard]] result<void> check_expiry(int64_t expires_at, int64_t now_seconds);

// A token with these claims. `claims_json` is a JSON object.
[[nodiscard]] std::string sign_token(std::string_view claims_json, std::string_view secret);

// 32 bytes. RFC 2104 with SHA-256.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

// Takes the same time wherever the first difference is.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace trivet::auth
