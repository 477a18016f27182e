// The signing keys of an installation: which one signs now, which ones verify, what the JWK set
// shows (dialects/auth.md, sections 4 and 11).
//
// States follow from times, so that all nodes that have the same ring change over together without
// talking: a key is shown from when it is made (standby), signs from `signs_from` until the next
// key's, and verifies until `verifies_until`. A ring without a record has one ES256 key derived
// from the project's secret. Private keys leave this process sealed only (seal.h). A value; any
// thread; times are seconds since 1970.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jose/key_set.h"
#include "base/error.h"
#include "base/random.h"

namespace trivet::auth {

inline constexpr int64_t standby_seconds = 20 * 60;           // two ages of a cached JWK set
inline constexpr int64_t retired_seconds = 7 * 24 * 60 * 60;  // the longest life of a token
inline constexpr int64_t for_ever = std::numeric_limits<int64_t>::max();

enum class KeyState : uint8_t { standby, current, previous, retired };
[[nodiscard]] std::string_view key_state_name(KeyState state);

enum class KeyOrigin : uint8_t { secret, random };  // derived from the project's secret, or not

struct RingKey {
  Key key;
  KeyOrigin origin = KeyOrigin::random;
  int64_t made_at = 0;
  int64_t signs_from = 0;
  int64_t verifies_until = for_ever;
};

// What access tokens are signed with, whoever keeps it. Thread-safe.
class SigningKeys {
 public:
  virtual ~SigningKeys() = default;
  // The key that signs now. There always is one.
  [[nodiscard]] virtual Key signing_key(int64_t now) const = 0;
  // {"keys":[…]}: the public parts of what verifies, for /.well-known/jwks.json.
  [[nodiscard]] virtual std::string public_jwks(int64_t now) const = 0;
};

class KeyRing final : public SigningKeys {
 public:
  // The ring of a project that has never rotated: one key, derived from the secret.
  [[nodiscard]] static KeyRing derived(std::string_view secret);
  // From what print() wrote. Errors (bad_config): not a ring, or another secret sealed it.
  [[nodiscard]] static result<KeyRing> parse(std::string_view text, std::string_view secret);
  // JSON; private keys sealed under the secret. `random` makes nonces.
  [[nodiscard]] std::string print(std::string_view secret, Random& random) const;

  // Adds a new key that signs from `signs_from`; the one before verifies for retired_seconds more.
  // Keys that verify nothing any more are dropped.
  void rotate(Algorithm algorithm, int64_t now, int64_t signs_from);
  // Removes a key: what it signed is refused from now on. Errors (bad_config): unknown, or the
  // one that signs now (rotate first).
  [[nodiscard]] result<void> revoke(std::string_view key_id, int64_t now);

  [[nodiscard]] const std::vector<RingKey>& keys() const { return keys_; }
  [[nodiscard]] KeyState state(const RingKey& key, int64_t now) const;
  [[nodiscard]] Key signing_key(int64_t now) const override;
  // What verifies tokens now: all but the retired ones.
  [[nodiscard]] KeySet verifying_keys(int64_t now) const;
  [[nodiscard]] std::string public_jwks(int64_t now) const override;

 private:
  explicit KeyRing(std::vector<RingKey> keys);

  std::vector<RingKey> keys_;  // by signs_from, never empty
};

}  // namespace trivet::auth
