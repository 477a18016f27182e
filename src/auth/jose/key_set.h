// A JWK set (RFC 7517, section 5): the keys of one issuer, found by id and algorithm.
//
// Keys of a set that we can't or mustn't use (encryption, unknown types, weak, symmetric ones beside
// public ones) are left out, as the RFC says. Keys that share an id are left out too, and two that a
// token without one could mean are as good as none.
// A value; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jose/key.h"

namespace trivet::auth {

inline constexpr size_t key_set_bytes_max = 256 * 1024;
inline constexpr size_t key_set_keys_max = 100;

class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {}
  // Error: bad_jwt when it is no set at all, or over a limit.
  [[nodiscard]] static result<KeySet> parse(std::string_view jwks);

  [[nodiscard]] std::span<const Key> keys() const { return keys_; }
  // The key for a token with this "kid" (empty = it names none) and algorithm; null unless exactly
  // one fits. Lives as long as the set.
  [[nodiscard]] const Key* find(std::string_view key_id, Algorithm algorithm) const;
  // {"keys":[…]}: the public parts; symmetric keys are not listed.
  [[nodiscard]] std::string public_jwks() const;

 private:
  std::vector<Key> keys_;
};

}  // namespace trivet::auth
