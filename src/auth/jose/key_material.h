// What a Key holds, and OpenSSL's form of it. Internal to jose.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/jose/algorithm.h"
#include "auth/jose/openssl.h"
#include "base/error.h"

namespace trivet::auth {

// Members of a JWK by name, their values as the JWK writes them (base64url, or the curve's name).
using KeyMembers = std::vector<std::pair<std::string_view, std::string>>;

struct KeyMaterial {
  KeyType type = KeyType::symmetric;
  std::optional<Algorithm> algorithm;
  std::string id;
  KeyMembers public_members;   // those of the thumbprint, "kty" too, by name
  KeyMembers private_members;  // empty = a public key
  std::string secret;          // of a symmetric key
  openssl::Pkey pkey;          // of the others
};

// The value of a member, empty if it is not there.
[[nodiscard]] std::string_view member(const KeyMembers& members, std::string_view name);

// Fills `pkey` from the members. Errors (bad_jwt): see Key::parse.
[[nodiscard]] result<void> import_rsa(KeyMaterial& material);
[[nodiscard]] result<void> import_elliptic(KeyMaterial& material, std::string_view curve);
[[nodiscard]] result<void> import_edwards(KeyMaterial& material);

// Fills the members from `pkey`, which has a private part.
void export_members(KeyMaterial& material, std::string_view curve);

}  // namespace trivet::auth
