#include "auth/passwords/password_hash.h"

#include <bit>

#include "auth/jwt.h"
#include "auth/passwords/forms.h"
#include "auth/passwords/text.h"

namespace trivet::auth {
namespace {

result<StoredPassword> parse(std::string_view stored, const PasswordPeppers& peppers) {
  constexpr std::string_view aspnet = "aspnet:";
  constexpr std::string_view better_auth = "better-auth:";
  constexpr std::string_view devise = "devise:";
  constexpr std::string_view scrypt = "scrypt:";
  if (stored.size() > password_hash_bytes_max) return bad_hash("it is too long");
  if (stored.find('\0') != stored.npos) return bad_hash("there is a NUL in it");
  if (stored.starts_with('$')) return parse_modular(stored);
  if (stored.starts_with(aspnet)) return parse_aspnet(stored.substr(aspnet.size()));
  if (stored.starts_with(better_auth)) return parse_better_auth(stored.substr(better_auth.size()));
  if (stored.starts_with(devise)) return parse_devise(stored.substr(devise.size()), peppers);
  if (stored.starts_with(scrypt) && stored.find('$') == stored.npos)
    return parse_node_scrypt(stored.substr(scrypt.size()));
  return parse_python(stored);
}

}  // namespace

std::unexpected<Error> bad_hash(std::string_view why) {
  return fail(ErrorCode::bad_config, "The password hash can't be used", std::string(why));
}

bool is_allowed(const kdf::Scrypt& options) {
  constexpr uint64_t memory_max = uint64_t{256} << 20;
  constexpr uint64_t lanes_max = 16;
  return options.n > 1 && std::has_single_bit(options.n) && options.r >= 1 && options.p >= 1 &&
         options.p <= lanes_max && options.r <= memory_max / 128 / options.n &&
         options.bytes >= 16;
}

result<uint64_t> parse_rounds(std::string_view text) {
  constexpr uint64_t rounds_max = 10'000'000;
  const auto rounds = parse_count(text, rounds_max);
  if (!rounds || *rounds == 0) return bad_hash("PBKDF2's rounds are out of bounds");
  return *rounds;
}

StoredPassword compared(std::string expected,
                        std::function<std::string(std::string_view)> make) {
  return {[expected = std::move(expected), make = std::move(make)](std::string_view password) {
            return equal_in_constant_time(make(password), expected);
          },
          std::nullopt};
}

result<void> check_password_hash(std::string_view stored, const PasswordPeppers& peppers) {
  TRIVET_CHECK(parse(stored, peppers));
  return {};
}

result<PasswordMatch> verify_password(std::string_view password, std::string_view stored,
                                      const Argon2Options& wanted,
                                      const PasswordPeppers& peppers) {
  TRIVET_TRY(const StoredPassword hash, parse(stored, peppers));
  if (password.size() > password_bytes_max || !hash.matches(password)) return PasswordMatch::wrong;
  return hash.argon2id == wanted ? PasswordMatch::right : PasswordMatch::outdated;
}

}  // namespace trivet::auth
