// The functions that password hashes are made of, over OpenSSL, libargon2 and libcrypt. Internal to
// passwords; blocking; costs are the caller's to limit. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trivet::auth::kdf {

// A digest as OpenSSL names it: md5, sha1, sha256, sha384, sha512.
struct Digest {
  std::string_view name;
};

[[nodiscard]] bool is_known(Digest digest);
[[nodiscard]] size_t digest_bytes(Digest digest);
[[nodiscard]] std::string digest(Digest digest, std::string_view text);
[[nodiscard]] std::string hmac(Digest digest, std::string_view key, std::string_view text);

struct Pbkdf2 {
  Digest digest;
  uint64_t rounds = 0;
  size_t bytes = 0;
};
[[nodiscard]] std::string pbkdf2(const Pbkdf2& options, std::string_view password,
                                 std::string_view salt);

struct Scrypt {
  uint64_t n = 0;  // a power of 2
  uint64_t r = 0;
  uint64_t p = 0;
  size_t bytes = 64;
};
[[nodiscard]] std::string scrypt(const Scrypt& options, std::string_view password,
                                 std::string_view salt);

struct Argon2 {
  int type = 2;  // 0 d, 1 i, 2 id
  uint32_t version = 19;
  uint32_t memory_kib = 0;
  uint32_t passes = 0;
  uint32_t lanes = 0;
  size_t bytes = 32;
};
[[nodiscard]] std::string argon2(const Argon2& options, std::string_view password,
                                 std::string_view salt);

// The whole text "$2b$…" of a password under the cost and salt of `setting`, which is such a text;
// empty if it isn't. Only the first 72 bytes of a password count, and none after a NUL.
[[nodiscard]] std::string bcrypt(std::string_view password, std::string_view setting);

// AES-256-CTR with an IV of zeros. `key` has 32 bytes.
[[nodiscard]] std::string aes256_ctr(std::string_view key, std::string_view text);

}  // namespace trivet::auth::kdf
