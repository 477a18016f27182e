// Firebase's parameters of its scrypt, which hold for a whole project: what the console shows under "password hash
// parameters". Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace trivet::auth {

struct FirebaseHash {
  std::string signer_key;      // base64
  std::string salt_separator;  // base64
  uint32_t rounds = 8;
  uint32_t mem_cost = 14;
};

// `hash_config { algorithm: SCRYPT, base64_signer_key: …, base64_salt_separator: …, rounds: 8, mem_cost: 14, }`, or
// the same members as JSON. Errors: bad_config, without what the text holds.
[[nodiscard]] result<FirebaseHash> parse_firebase_hash(std::string_view text);

// What is stored for a user, in the form of auth/passwords. Export files have their base64 in either alphabet.
[[nodiscard]] std::string print_firebase_hash(const FirebaseHash& project, std::string_view salt,
                                              std::string_view hash);

}  // namespace trivet::auth
