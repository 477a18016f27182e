// Hashes that begin with "$": bcrypt, Argon2, scrypt and PBKDF2 in PHC form, Firebase, WordPress,
// phpass.
#include <algorithm>
#include <array>
#include <map>

#include "auth/jwt.h"
#include "auth/passwords/forms.h"
#include "auth/passwords/text.h"

namespace trivet::auth {
namespace {

constexpr std::string_view crypt_alphabet =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr size_t bcrypt_bytes = 60;
constexpr size_t bcrypt_tail = 31;  // the hash itself, after cost and salt
constexpr uint64_t bcrypt_cost_max = 16;
constexpr size_t tag_bytes_min = 12;
constexpr size_t tag_bytes_max = 128;

// "m=1,t=2": values by name, nullopt when a name comes twice or has no value.
std::optional<std::map<std::string_view, std::string_view>> parse_parameters(
    std::string_view text) {
  std::map<std::string_view, std::string_view> values;
  for (const std::string_view pair : split_text(text, ',')) {
    const size_t mark = pair.find('=');
    if (mark == pair.npos || !values.emplace(pair.substr(0, mark), pair.substr(mark + 1)).second)
      return std::nullopt;
  }
  return values;
}

bool is_tag(const std::optional<std::string>& bytes) {
  return bytes && bytes->size() >= tag_bytes_min && bytes->size() <= tag_bytes_max;
}

uint64_t count_of(const std::map<std::string_view, std::string_view>& values,
                  std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? 0 : parse_count(found->second, uint64_t{1} << 31).value_or(0);
}

result<kdf::Scrypt> parse_scrypt_costs(const std::map<std::string_view, std::string_view>& values,
                                       std::string_view log_name) {
  const uint64_t log = count_of(values, log_name);
  const kdf::Scrypt options{log < 1 || log > 30 ? 0 : uint64_t{1} << log, count_of(values, "r"),
                            count_of(values, "p")};
  if (!is_allowed(options)) return bad_hash("scrypt's costs are out of bounds");
  return options;
}

// $scrypt$ln=14,r=8,p=1$salt$hash
result<StoredPassword> parse_phc_scrypt(std::string_view text) {
  const auto parts = split_text(text, '$');
  const auto values = parse_parameters(parts.size() == 5 ? parts[2] : "");
  if (!values) return bad_hash("it is no scrypt hash");
  TRIVET_TRY(kdf::Scrypt options, parse_scrypt_costs(*values, "ln"));
  const auto salt = decode_base64(parts[3]);
  const auto tag = decode_base64(parts[4]);
  if (!salt || !is_tag(tag)) return bad_hash("it is no scrypt hash");
  options.bytes = tag->size();
  return compared(*tag, [options, salt = *salt](std::string_view password) {
    return kdf::scrypt(options, password, salt);
  });
}

// $pbkdf2-sha256$N$salt$hash of passlib, "." for "+"
result<StoredPassword> parse_passlib_pbkdf2(std::string_view text) {
  const auto parts = split_text(text, '$');
  constexpr std::string_view stem = "pbkdf2-";
  if (parts.size() != 5) return bad_hash("it is no PBKDF2 hash");
  const kdf::Digest digest{parts[1] == "pbkdf2" ? "sha1" : parts[1].substr(stem.size())};
  if (!kdf::is_known(digest)) return bad_hash("PBKDF2 with an unknown digest");
  TRIVET_TRY(const uint64_t rounds, parse_rounds(parts[2]));
  std::string salt_text(parts[3]);
  std::string tag_text(parts[4]);
  std::ranges::replace(salt_text, '.', '+');
  std::ranges::replace(tag_text, '.', '+');
  const auto salt = decode_base64(salt_text);
  const auto tag = decode_base64(tag_text);
  if (!salt || !is_tag(tag)) return bad_hash("it is no PBKDF2 hash");
  // The digest's name is kept by value: the text goes.
  return compared(*tag, [name = std::string(digest.name), rounds, salt = *salt,
                         size = tag->size()](std::string_view password) {
    return kdf::pbkdf2({{name}, rounds, size}, password, salt);
  });
}

// $fbscrypt$v=1,n=14,r=8,p=1,ss=…,sk=…$salt$hash
result<StoredPassword> parse_firebase(std::string_view text) {
  const auto parts = split_text(text, '$');
  const auto values = parse_parameters(parts.size() == 5 ? parts[2] : "");
  if (!values || count_of(*values, "v") != 1 || !values->contains("ss") ||
      !values->contains("sk"))
    return bad_hash("it is no Firebase hash");
  TRIVET_TRY(kdf::Scrypt options, parse_scrypt_costs(*values, "n"));
  const auto separator = decode_base64(values->at("ss"));
  const auto signer = decode_base64(values->at("sk"));
  const auto salt = decode_base64(parts[3]);
  const auto tag = decode_base64(parts[4]);
  if (!separator || !signer || !salt || !is_tag(tag) || signer->size() != tag->size())
    return bad_hash("it is no Firebase hash");
  options.bytes = 32;
  return compared(*tag, [options, salt = *salt + *separator,
                         signer = *signer](std::string_view password) {
    return kdf::aes256_ctr(kdf::scrypt(options, password, salt), signer);
  });
}

// As PHP's trim().
std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks(" \t\n\r\0\x0b", 6);
  const size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string for_wordpress(std::string_view password) {
  return encode_base64(kdf::hmac({"sha384"}, "wp-sha384", trim(password)));
}

// phpass's base64: least significant bits first.
std::string phpass_text(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t j = 0; j < count; ++j)
      bits |= uint32_t{static_cast<unsigned char>(bytes[i + j])} << (8 * j);
    for (size_t j = 0; j <= count; ++j) text += crypt_alphabet[bits >> (6 * j) & 63];
  }
  return text;
}

// $P$B + 8 letters of salt + 22 of hash
result<StoredPassword> parse_phpass(std::string_view text) {
  constexpr size_t log_max = 24;
  const size_t log = text.size() == 34 ? crypt_alphabet.find(text[3]) : text.npos;
  if (log < 7 || log > log_max) return bad_hash("it is no phpass hash");
  return compared(std::string(text.substr(12)), [salt = std::string(text.substr(4, 8)),
                                                 log](std::string_view password) {
    std::string hash = kdf::digest({"md5"}, salt + std::string(password));
    for (uint64_t left = uint64_t{1} << log; left > 0; --left)
      hash = kdf::digest({"md5"}, hash + std::string(password));
    return phpass_text(hash);
  });
}

bool is_ours(const kdf::Argon2& options, size_t salt_size) {
  return options.type == 2 && options.version == 19 && options.bytes == 32 &&
         salt_size == salt_bytes;
}

}  // namespace

result<StoredPassword> parse_bcrypt(std::string_view text, Prepare prepare) {
  const auto cost = parse_count(text.size() == bcrypt_bytes ? text.substr(4, 2) : "", 99);
  const bool is_variant = text.starts_with("$2a$") || text.starts_with("$2b$") ||
                          text.starts_with("$2y$");
  if (!is_variant || !cost || *cost < 4 || text[6] != '$' ||
      text.find_first_not_of(crypt_alphabet, 7) != text.npos)
    return bad_hash("it is no bcrypt hash");
  if (*cost > bcrypt_cost_max) return bad_hash("bcrypt's cost is above 16");
  const std::string tail(text.substr(text.size() - bcrypt_tail));
  return compared(tail, [setting = std::string(text),
                         prepare = std::move(prepare)](std::string_view password) {
    const std::string made =
        prepare ? kdf::bcrypt(prepare(password), setting) : kdf::bcrypt(password, setting);
    return made.size() == bcrypt_bytes ? made.substr(bcrypt_bytes - bcrypt_tail) : std::string();
  });
}

// $argon2id$v=19$m=…,t=…,p=…$salt$tag; without "v=" it is version 16
result<StoredPassword> parse_argon2(std::string_view text) {
  auto parts = split_text(text, '$');
  const bool has_version = parts.size() == 6 && (parts[2] == "v=19" || parts[2] == "v=16");
  const uint32_t version = has_version && parts[2] == "v=19" ? 19 : 16;
  if (has_version) parts.erase(parts.begin() + 2);
  constexpr std::array<std::string_view, 3> names = {"argon2d", "argon2i", "argon2id"};
  const auto* type = std::ranges::find(names, parts.size() == 5 ? parts[1] : "");
  const auto values = parse_parameters(parts.size() == 5 ? parts[2] : "");
  if (type == names.end() || !values || values->size() != 3)
    return bad_hash("it is no Argon2 hash");
  const Argon2Options costs{static_cast<uint32_t>(count_of(*values, "m")),
                            static_cast<uint32_t>(count_of(*values, "t")),
                            static_cast<uint32_t>(count_of(*values, "p"))};
  if (!is_allowed(costs)) return bad_hash("Argon2's costs are out of bounds");
  const auto salt = decode_base64(parts[3]);
  const auto tag = decode_base64(parts[4]);
  if (!salt || salt->size() < 8 || !is_tag(tag)) return bad_hash("it is no Argon2 hash");
  const kdf::Argon2 options{static_cast<int>(type - names.begin()), version, costs.memory_kib,
                            costs.passes, costs.lanes, tag->size()};
  StoredPassword stored = compared(*tag, [options, salt = *salt](std::string_view password) {
    return kdf::argon2(options, password, salt);
  });
  if (is_ours(options, salt->size())) stored.argon2id = costs;
  return stored;
}

result<StoredPassword> parse_modular(std::string_view text) {
  if (text.starts_with("$argon2")) return parse_argon2(text);
  if (text.starts_with("$2")) return parse_bcrypt(text);
  if (text.starts_with("$wp$2")) return parse_bcrypt(text.substr(3), for_wordpress);
  if (text.starts_with("$scrypt$")) return parse_phc_scrypt(text);
  if (text.starts_with("$pbkdf2$") || text.starts_with("$pbkdf2-"))
    return parse_passlib_pbkdf2(text);
  if (text.starts_with("$fbscrypt$")) return parse_firebase(text);
  if (text.starts_with("$P$") || text.starts_with("$H$")) return parse_phpass(text);
  return bad_hash("its form is not known");
}

}  // namespace trivet::auth
