// Argon2id (RFC 9106) in PHC strings: how passwords are kept here. Blocking, tens of milliseconds:
// never on an event loop (hasher.h has the pool). Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trivet::auth {

// OWASP's floor. The limits are those of what we verify.
struct Argon2Options {
  uint32_t memory_kib = 19'456;  // 8 × lanes … 1 GiB
  uint32_t passes = 2;           // 1 … 20
  uint32_t lanes = 1;            // 1 … 16

  bool operator==(const Argon2Options&) const = default;
};

inline constexpr size_t salt_bytes = 16;

[[nodiscard]] bool is_allowed(const Argon2Options& options);

// $argon2id$v=19$m=…,t=…,p=…$salt$tag. `salt` has salt_bytes random bytes.
[[nodiscard]] std::string hash_argon2id(std::string_view password, std::string_view salt,
                                        const Argon2Options& options);

}  // namespace trivet::auth
