// A stored hash, taken apart: the forms of dialects/auth.md, section 12, one function for each
// family. Internal to passwords. Pure functions; what they give owns its parts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/passwords/kdf.h"
#include "auth/passwords/password_hash.h"
#include "base/error.h"

namespace trivet::auth {

struct StoredPassword {
  std::function<bool(std::string_view password)> matches;  // blocks for what the hash costs
  std::optional<Argon2Options> argon2id;                   // when it is in our own form
};

// bad_config; the text of a hash is never in it.
[[nodiscard]] std::unexpected<Error> bad_hash(std::string_view why);

// The costs that we take: scrypt up to 256 MiB, PBKDF2 up to 10⁷ rounds.
[[nodiscard]] bool is_allowed(const kdf::Scrypt& options);
[[nodiscard]] result<uint64_t> parse_rounds(std::string_view text);

// What computes `make(password)` and compares it with `expected` in constant time.
[[nodiscard]] StoredPassword compared(std::string expected,
                                      std::function<std::string(std::string_view)> make);

// "$2b$12$…"; `prepare` turns the password into what is hashed.
using Prepare = std::function<std::string(std::string_view password)>;
[[nodiscard]] result<StoredPassword> parse_bcrypt(std::string_view text, Prepare prepare = {});
[[nodiscard]] result<StoredPassword> parse_argon2(std::string_view text);

[[nodiscard]] result<StoredPassword> parse_modular(std::string_view text);    // "$…"
[[nodiscard]] result<StoredPassword> parse_python(std::string_view text);     // Django, Werkzeug
[[nodiscard]] result<StoredPassword> parse_aspnet(std::string_view text);     // after "aspnet:"
[[nodiscard]] result<StoredPassword> parse_better_auth(std::string_view text);
[[nodiscard]] result<StoredPassword> parse_node_scrypt(std::string_view text);  // after "scrypt:"
[[nodiscard]] result<StoredPassword> parse_devise(std::string_view text,
                                                  const PasswordPeppers& peppers);

}  // namespace trivet::auth
