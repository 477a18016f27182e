// One key for signatures: from and to a JWK (RFC 7517, 7518 section 6, 8037), signing, verifying.
//
// Strict: what a key may be used for comes from the key and never from a token; weak keys (RSA below
// 2048 bits or with the exponent 1, secrets shorter than their digest, points off the curve, keys
// for encryption) are refused when they are read. Leaves out: certificates, encryption.
// A cheap value (the material is shared and never changes); any thread. New keys come from
// OpenSSL's own generator.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/jose/algorithm.h"
#include "base/error.h"

namespace trivet::auth {

inline constexpr size_t jwk_bytes_max = 16 * 1024;
inline constexpr size_t key_id_bytes_max = 128;

struct KeyMaterial;

class Key {
 public:
  // Public, private or symmetric. Error: bad_jwt, with what is wrong and nothing of the key.
  [[nodiscard]] static result<Key> parse(std::string_view jwk);
  // A new private key, its id the thumbprint. For es256, es384, es512, eddsa and the RSA ones
  // (2048 bits).
  [[nodiscard]] static Key generate(Algorithm algorithm);
  // The P-256 key that these 48 bytes lead to (FIPS 186-5, A.2.1), always the same one.
  [[nodiscard]] static Key es256_from_seed(std::string_view seed);

  // "kid", or empty.
  [[nodiscard]] const std::string& id() const;
  [[nodiscard]] KeyType type() const;
  // The one algorithm that it is for; nullopt for an RSA or symmetric key that names none.
  [[nodiscard]] std::optional<Algorithm> algorithm() const;
  [[nodiscard]] bool allows(Algorithm algorithm) const;
  // Holds a private part (or is symmetric), so that it can sign.
  [[nodiscard]] bool can_sign() const;

  // False for a signature of another length, form or key, and for an algorithm that is not allowed.
  [[nodiscard]] bool verify(Algorithm algorithm, std::string_view message,
                            std::string_view signature) const;
  // As JWS writes it: r and s side by side, not DER. Needs can_sign() and allows(algorithm).
  [[nodiscard]] std::string sign(Algorithm algorithm, std::string_view message) const;

  // For a JWK set: kty, the public members, kid, alg, use, key_ops ["verify"]. Not for symmetric
  // keys.
  [[nodiscard]] std::string public_jwk() const;
  // With the private members. Needs can_sign().
  [[nodiscard]] std::string private_jwk() const;
  // RFC 7638 with SHA-256, base64url.
  [[nodiscard]] std::string thumbprint() const;

 private:
  explicit Key(std::shared_ptr<const KeyMaterial> material) : material_(std::move(material)) {}

  std::shared_ptr<const KeyMaterial> material_;
};

}  // namespace trivet::auth
