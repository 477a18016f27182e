// A token of a foreign issuer → who that is for us. Pure functions.
//
// The issuer's rules are pinned: its name, audience and algorithms; `exp`, `iat`, `sub` are demanded.
// The role and auth().id are what the project's mapping says and nothing else: the token's own `role` and
// `id` never reach rules unmapped.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/issuers/issuer.h"
#include "auth/issuers/issuer_keys.h"
#include "auth/jose/key_set.h"
#include "base/error.h"
#include "value/identity.h"

namespace trivet::auth {

// What a token says of itself, before anything is verified: only to choose whose rules hold for it.
struct TokenLabel {
  std::string issuer;  // empty = none
  KeyWanted key;
};
// nullopt: malformed; whoever verifies it says how.
[[nodiscard]] std::optional<TokenLabel> read_label(std::string_view token);

struct ForeignToken {
  Identity identity;
  int64_t expires_at = 0;  // seconds since 1970
};

// Errors: bad_jwt, bad_jwt_claims.
[[nodiscard]] result<ForeignToken> verify_foreign_token(std::string_view token,
                                                        const Issuer& issuer, const KeySet& keys,
                                                        int64_t now_seconds);

// The payload of a verified token → who that is. `now_seconds` since 1970.
[[nodiscard]] result<ForeignToken> accept_claims(std::string_view json, const Issuer& issuer,
                                                 int64_t now_seconds);

}  // namespace trivet::auth
