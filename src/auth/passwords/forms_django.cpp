// Django's and Werkzeug's (Flask's) hashes: method, salt and hash with "$" between them.
#include "auth/passwords/forms.h"
#include "auth/passwords/text.h"

namespace trivet::auth {
namespace {

using Parts = std::vector<std::string_view>;

// pbkdf2_sha256$N$salt$base64
result<StoredPassword> django_pbkdf2(const Parts& parts) {
  constexpr std::string_view stem = "pbkdf2_";
  const kdf::Digest digest{parts[0].substr(stem.size())};
  if (parts.size() != 4 || (digest.name != "sha256" && digest.name != "sha1"))
    return bad_hash("it is no PBKDF2 hash");
  TRIVET_TRY(const uint64_t rounds, parse_rounds(parts[1]));
  const kdf::Digest kept{digest.name == "sha1" ? "sha1" : "sha256"};
  const kdf::Pbkdf2 options{kept, rounds, kdf::digest_bytes(kept)};
  return compared(std::string(parts[3]),
                  [options, salt = std::string(parts[2])](std::string_view password) {
                    return encode_base64(kdf::pbkdf2(options, password, salt));
                  });
}

// scrypt$N$salt$r$p$base64
result<StoredPassword> django_scrypt(const Parts& parts) {
  constexpr uint64_t most = uint64_t{1} << 31;
  const kdf::Scrypt options{parse_count(parts[1], most).value_or(0),
                            parse_count(parts[3], most).value_or(0),
                            parse_count(parts[4], most).value_or(0)};
  if (!is_allowed(options)) return bad_hash("scrypt's costs are out of bounds");
  return compared(std::string(parts[5]),
                  [options, salt = std::string(parts[2])](std::string_view password) {
                    return encode_base64(kdf::scrypt(options, password, salt));
                  });
}

std::string hex_of_sha256(std::string_view password) {
  return encode_hex(kdf::digest({"sha256"}, password));
}

// A digest's name that lives for ever; empty if it is not one that Werkzeug's users have.
std::string_view lasting_name(std::string_view name) {
  for (const std::string_view known : {"sha1", "sha256", "sha384", "sha512"})
    if (name == known) return known;
  return {};
}

// pbkdf2:sha256:N$salt$hex
result<StoredPassword> werkzeug_pbkdf2(const Parts& method, const Parts& parts) {
  if (method.size() == 2)
    return bad_hash("the rounds are missing: they are the default of the Werkzeug that made it");
  const std::string_view name = method.size() == 3 ? lasting_name(method[1]) : "";
  if (name.empty()) return bad_hash("PBKDF2 with an unknown digest");
  TRIVET_TRY(const uint64_t rounds, parse_rounds(method[2]));
  const kdf::Pbkdf2 options{{name}, rounds, kdf::digest_bytes({name})};
  return compared(std::string(parts[2]),
                  [options, salt = std::string(parts[1])](std::string_view password) {
                    return encode_hex(kdf::pbkdf2(options, password, salt));
                  });
}

// scrypt:N:r:p$salt$hex; scrypt$salt$hex with the default costs
result<StoredPassword> werkzeug_scrypt(const Parts& method, const Parts& parts) {
  constexpr uint64_t most = uint64_t{1} << 31;
  kdf::Scrypt options{32'768, 8, 1};
  if (method.size() == 4)
    options = {parse_count(method[1], most).value_or(0), parse_count(method[2], most).value_or(0),
               parse_count(method[3], most).value_or(0)};
  if ((method.size() != 4 && method.size() != 1) || !is_allowed(options))
    return bad_hash("scrypt's costs are out of bounds");
  return compared(std::string(parts[2]),
                  [options, salt = std::string(parts[1])](std::string_view password) {
                    return encode_hex(kdf::scrypt(options, password, salt));
                  });
}

// sha256$salt$hex of Werkzeug before 3
result<StoredPassword> werkzeug_hmac(const Parts& parts) {
  const std::string_view name = lasting_name(parts[0]);
  if (name.empty() || name == "sha1" || parts[1].empty())
    return bad_hash("its form is not known");
  return compared(std::string(parts[2]),
                  [name, salt = std::string(parts[1])](std::string_view password) {
                    return encode_hex(kdf::hmac({name}, salt, password));
                  });
}

result<StoredPassword> parse_werkzeug(const Parts& parts) {
  const Parts method = split_text(parts[0], ':');
  if (method[0] == "pbkdf2") return werkzeug_pbkdf2(method, parts);
  if (method[0] == "scrypt") return werkzeug_scrypt(method, parts);
  return werkzeug_hmac(parts);
}

}  // namespace

result<StoredPassword> parse_python(std::string_view text) {
  constexpr std::string_view argon2 = "argon2$";
  constexpr std::string_view bcrypt = "bcrypt$";
  constexpr std::string_view bcrypt_sha256 = "bcrypt_sha256$";
  if (text.starts_with('!')) return bad_hash("Django's mark of an account without a password");
  if (text.starts_with(argon2)) return parse_argon2(text.substr(argon2.size() - 1));
  if (text.starts_with(bcrypt)) return parse_bcrypt(text.substr(bcrypt.size()));
  if (text.starts_with(bcrypt_sha256))
    return parse_bcrypt(text.substr(bcrypt_sha256.size()), hex_of_sha256);
  const Parts parts = split_text(text, '$');
  if (parts[0].starts_with("pbkdf2_")) return django_pbkdf2(parts);
  if (parts[0] == "scrypt" && parts.size() == 6) return django_scrypt(parts);
  if (parts[0] == "md5" || parts[0] == "sha1")
    return bad_hash("a salted digest without rounds is no safe hash");
  if (parts.size() == 3) return parse_werkzeug(parts);
  return bad_hash("its form is not known");
}

}  // namespace trivet::auth
