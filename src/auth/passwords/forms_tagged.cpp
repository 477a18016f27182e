// Hashes whose text says too little, so that a tag in front of it says the rest: ASP.NET Core
// Identity, better-auth, Node's scrypt, Devise.
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <array>

#include "auth/passwords/forms.h"
#include "auth/passwords/text.h"

namespace trivet::auth {
namespace {

// A big-endian number of four bytes.
uint32_t number_at(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (const char c : bytes.substr(at, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

StoredPassword pbkdf2_of(const kdf::Pbkdf2& options, std::string salt, std::string key) {
  return compared(std::move(key), [options, salt = std::move(salt)](std::string_view password) {
    return kdf::pbkdf2(options, password, salt);
  });
}

// 0x01, digest, rounds, length of the salt, salt, key
result<StoredPassword> parse_aspnet_v3(const std::string& bytes) {
  constexpr size_t head = 13;
  constexpr std::array<std::string_view, 3> digests = {"sha1", "sha256", "sha512"};
  const uint32_t digest = number_at(bytes, 1);
  const uint32_t rounds = number_at(bytes, 5);
  const uint32_t salt = number_at(bytes, 9);
  if (digest >= digests.size() || rounds == 0 || salt < 16 || salt > 128 ||
      bytes.size() < head + salt + 16 || bytes.size() > head + salt + 128)
    return bad_hash("it is no hash of ASP.NET Core Identity");
  TRIVET_CHECK(parse_rounds(std::to_string(rounds)));
  std::string key = bytes.substr(head + salt);
  const kdf::Pbkdf2 options{{digests[digest]}, rounds, key.size()};
  return pbkdf2_of(options, bytes.substr(head, salt), std::move(key));
}

// Unicode's compatibility form; the text itself if it is no UTF-8.
std::string nfkc(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKCInstance(error);
  if (U_FAILURE(error)) return std::string(text);
  const icu::UnicodeString normal =
      form->normalize(icu::UnicodeString::fromUTF8(
                          icu::StringPiece(text.data(), static_cast<int32_t>(text.size()))),
                      error);
  std::string out;
  if (U_FAILURE(error)) return std::string(text);
  return normal.toUTF8String(out);
}

}  // namespace

result<StoredPassword> parse_aspnet(std::string_view text) {
  const auto bytes = decode_base64(text);
  if (bytes && bytes->size() == 49 && (*bytes)[0] == 0)
    return pbkdf2_of({{"sha1"}, 1000, 32}, bytes->substr(1, 16), bytes->substr(17));
  if (bytes && bytes->size() > 13 && (*bytes)[0] == 1) return parse_aspnet_v3(*bytes);
  return bad_hash("it is no hash of ASP.NET Core Identity");
}

result<StoredPassword> parse_better_auth(std::string_view text) {
  const auto parts = split_text(text, ':');
  const auto key = decode_hex(parts.size() == 2 ? parts[1] : "");
  if (!key || key->size() != 64 || parts[0].size() != 32)
    return bad_hash("it is no hash of better-auth");
  return compared(*key, [salt = std::string(parts[0])](std::string_view password) {
    return kdf::scrypt({16'384, 16, 1, 64}, nfkc(password), salt);
  });
}

// N:r:p:LENGTH:text|hex:SALT:HASH
result<StoredPassword> parse_node_scrypt(std::string_view text) {
  constexpr uint64_t most = uint64_t{1} << 31;
  const auto parts = split_text(text, ':');
  if (parts.size() != 7) return bad_hash("the tag is scrypt:N:r:p:LENGTH:text|hex:SALT:HASH");
  const kdf::Scrypt options{parse_count(parts[0], most).value_or(0),
                            parse_count(parts[1], most).value_or(0),
                            parse_count(parts[2], most).value_or(0),
                            parse_count(parts[3], 128).value_or(0)};
  if (!is_allowed(options)) return bad_hash("scrypt's costs are out of bounds");
  const auto key = decode_hex(parts[6]);
  const auto salt = parts[4] == "hex"    ? decode_hex(parts[5])
                    : parts[4] == "text" ? std::optional(std::string(parts[5]))
                                         : std::nullopt;
  if (!key || !salt || salt->empty() || key->size() != options.bytes)
    return bad_hash("it is no scrypt hash");
  return compared(*key, [options, salt = *salt](std::string_view password) {
    return kdf::scrypt(options, password, salt);
  });
}

// ID:$2a$…, the pepper behind the password
result<StoredPassword> parse_devise(std::string_view text, const PasswordPeppers& peppers) {
  const size_t mark = text.find(':');
  if (mark == text.npos) return bad_hash("the tag is devise:PEPPER:HASH");
  const auto pepper = peppers.find(text.substr(0, mark));
  if (pepper == peppers.end()) return bad_hash("its pepper is not configured");
  return parse_bcrypt(text.substr(mark + 1), [pepper = pepper->second](std::string_view password) {
    return std::string(password) + pepper;
  });
}

}  // namespace trivet::auth
