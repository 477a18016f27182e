// Passwords against stored hashes: our own Argon2id and those that other systems made
// (dialects/auth.md, section 12): Django, Werkzeug, Rails and Devise, ASP.NET Core Identity, Node,
// better-auth, Firebase, PHP, WordPress, phpBB, passlib.
//
// The form is read from the text; where a text says too little, a tag in front of it says the rest.
// Costs are limited before anything is computed, and comparisons take constant time. Verifying
// blocks: never on an event loop (hasher.h has the pool). Pure functions.
//
// Tags: aspnet:HASH · better-auth:HASH · devise:ID:HASH (pepper ID of PasswordPeppers) ·
// scrypt:N:r:p:LENGTH:text|hex:SALT:HASH, the salt's letters or the bytes that they stand for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "auth/passwords/argon2.h"
#include "base/error.h"

namespace trivet::auth {

inline constexpr size_t password_bytes_max = 1024;
inline constexpr size_t password_hash_bytes_max = 1024;

// Devise's `config.pepper`, by the id that the stored hashes name.
using PasswordPeppers = std::map<std::string, std::string, std::less<>>;

enum class PasswordMatch : uint8_t {
  wrong,
  right,
  outdated,  // right, and to be hashed anew: another form, or other parameters than ours
};

// Says whether `stored` is a hash that can be verified here: for imports. Errors (bad_config): an
// unknown form, one that is refused, costs over the limits, a pepper that isn't there. The text of
// an error holds nothing of the hash.
[[nodiscard]] result<void> check_password_hash(std::string_view stored,
                                               const PasswordPeppers& peppers = {});

// A `stored` that check_password_hash refuses is an error here too, never a match.
[[nodiscard]] result<PasswordMatch> verify_password(std::string_view password,
                                                    std::string_view stored,
                                                    const Argon2Options& wanted,
                                                    const PasswordPeppers& peppers = {});

}  // namespace trivet::auth
