// Who is asking: the credentials of a request → Identity (dialects/rest.md, section 10).
//
// `Authorization: Bearer <jwt>` wins; `Bearer sb_…` and the `apikey` header or query parameter are
// project keys (opaque, or a JWT). No credential: anonymous, with the rules applying, unless keys
// are required. Wrong credentials are an error and never anonymous. One Authenticator serves all
// threads; new keys mean a new one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/issuers/issuers.h"
#include "auth/keys.h"
#include "auth/ring/key_ring.h"
#include "auth/roles/role_claim.h"
#include "auth/stored_keys/stored_keys.h"
#include "auth/token_cache.h"
#include "base/clock.h"
#include "base/error.h"
#include "http/message.h"
#include "value/identity.h"

namespace trivet::auth {

enum class KeyPolicy : uint8_t {
  optional,  // a request without a key is anonymous
  required,  // … is refused with 401
};
enum class AnonymousPolicy : uint8_t { allowed, refused };

struct AuthenticatorOptions {
  std::string audience;  // empty = not checked
  KeyPolicy key = KeyPolicy::optional;
  AnonymousPolicy anonymous = AnonymousPolicy::allowed;
  // Verifies the tokens that HS256 doesn't; shared with who signs. Null = the ring that the
  // project's secret leads to.
  std::shared_ptr<const KeyRing> ring;
  // Whose tokens are accepted too. Null = nobody's.
  std::shared_ptr<Issuers> issuers{};
  // Keys of the database: its signing keys in place of `ring`, and API keys. Null = there are none.
  std::shared_ptr<StoredKeys> stored{};
  // Of a database that decides itself who may what: then tokens name its roles, and the claims of nobody are kept too.
  std::optional<DatabaseRoles> roles{};
};

// Null = nothing to wait for. They live as long as the Authenticator.
struct AwaitedKeys {
  IssuerKeys* keys = nullptr;
  KeyWanted wanted{};
  StoredKeys* stored = nullptr;
};

class Authenticator {
 public:
  // `clock` must outlive it.
  Authenticator(ProjectKeys keys, AuthenticatorOptions options, const Clock& clock);

  // Errors: bad_jwt, bad_jwt_claims, no_api_key, bad_api_key, anonymous_disabled; permission_denied
  // where a key's scopes don't reach; connection_failed when keys of the database or of a foreign issuer
  // aren't there. Never null. Never waits.
  [[nodiscard]] result<std::shared_ptr<const Identity>> authenticate(
      const http::Request& request) const;

  // Keys that a fetch may bring and without which authenticate() says less than it could.
  [[nodiscard]] AwaitedKeys awaited_keys(const http::Request& request) const;

 private:
  using Answer = result<std::shared_ptr<const Identity>>;
  [[nodiscard]] Answer identify(const http::Request& request) const;
  [[nodiscard]] Answer identify_by_key(std::string_view key, const http::Request& request) const;
  [[nodiscard]] Answer identify_by_stored_key(std::string_view key,
                                              const http::Request& request) const;
  [[nodiscard]] Answer identify_by_token(std::string_view token) const;
  [[nodiscard]] result<KeySet> own_keys(int64_t now) const;
  // Which of our signing keys hold: what was verified by others is verified again.
  [[nodiscard]] uint64_t own_version() const;
  [[nodiscard]] StoredKeys* awaited_stored(std::string_view credential) const;
  [[nodiscard]] Answer identify_foreign(std::string_view token, TrustedIssuer& issuer,
                                        int64_t now) const;

  const ProjectKeys keys_;
  const AuthenticatorOptions options_;  // with a ring
  const Clock& clock_;
  const std::shared_ptr<const Identity> anonymous_;
  const std::shared_ptr<const Identity> service_;
  mutable TokenCache cache_;
};

}  // namespace trivet::auth
