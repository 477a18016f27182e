// ID tokens (OpenID Connect Core 1.0, section 3.1.3.7): whether one was issued by that provider, for us,
// lately and for this very sign-in. Pure functions over given keys and time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/issuers/issuer_keys.h"
#include "auth/jose/key_set.h"
#include "base/error.h"

namespace trivet::auth {

struct IdTokenRules {
  std::string issuer;                  // may hold {tenantid}, the claim `tid`
  std::vector<std::string> audiences;  // ours; one of them is in `aud`
  std::optional<std::string> nonce;    // what the claim is; nullopt: it must be absent
  std::string access_token;            // that `at_hash`, if it is there, is about; empty = none
  int64_t now_seconds = 0;
};

// The claims, a JSON object. Errors: bad_jwt, bad_jwt_claims, whose texts may be shown.
[[nodiscard]] result<std::string> verify_id_token(std::string_view token,
                                                  const IdTokenRules& rules, const KeySet& keys);

// Which key verifies it; nullopt if it is no token.
[[nodiscard]] std::optional<KeyWanted> key_of_id_token(std::string_view token);

// What a nonce that the application sent along is as a claim: SHA-256 in hexadecimal digits.
[[nodiscard]] std::string hashed_nonce(std::string_view nonce);

}  // namespace trivet::auth
