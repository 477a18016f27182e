#include "auth/accounts/tokens.h"

#include <openssl/sha.h>

#include <algorithm>

#include "auth/base64url.h"
#include "auth/jwt.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

constexpr char version = 1;
constexpr size_t uuid_bytes = 16;
constexpr size_t counter_bytes = 8;
constexpr size_t mac_bytes = 16;
constexpr size_t signed_bytes = 1 + uuid_bytes + counter_bytes;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void append_uuid(std::string& out, std::string_view text) {
  int high = -1;
  for (const char c : text) {
    if (c == '-') continue;
    if (high < 0) {
      high = hex_digit(c);
    } else {
      out += static_cast<char>(high << 4 | hex_digit(c));
      high = -1;
    }
  }
}

std::string uuid_text(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string mac(std::string_view bytes, std::string_view secret) {
  const std::string key = hmac_sha256(secret, "trivet refresh token");
  return hmac_sha256(key, bytes).substr(0, mac_bytes);
}

}  // namespace

bool is_operator(const User& user) {
  return user.role == "service_role" || user.role == "supabase_admin";
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_hyphen ? text[i] != '-' : hex_digit(text[i]) < 0) return false;
  }
  return true;
}

std::string encode_refresh_token(const RefreshToken& token, std::string_view secret) {
  TRIVET_ASSERT(is_uuid(token.session_id));
  std::string bytes(1, version);
  append_uuid(bytes, token.session_id);
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<uint64_t>(token.counter) >> shift);
  bytes += mac(bytes, secret);
  return encode_base64url(bytes);
}

std::optional<RefreshToken> decode_refresh_token(std::string_view text, std::string_view secret) {
  if (text.size() > 128) return std::nullopt;
  const std::optional<std::string> bytes = decode_base64url(text);
  if (!bytes || bytes->size() != signed_bytes + mac_bytes || bytes->front() != version)
    return std::nullopt;
  const std::string_view all = *bytes;
  if (!equal_in_constant_time(all.substr(signed_bytes), mac(all.substr(0, signed_bytes), secret)))
    return std::nullopt;
  RefreshToken token{uuid_text(all.substr(1, uuid_bytes)), 0};
  uint64_t counter = 0;
  for (const char c : all.substr(1 + uuid_bytes, counter_bytes))
    counter = counter << 8 | static_cast<unsigned char>(c);
  token.counter = static_cast<int64_t>(counter);
  return token;
}

std::string access_claims(const User& user, const Session& session, const TokenTimes& times,
                          std::string_view issuer) {
  JsonBuilder json;
  json.open_object();
  if (!issuer.empty()) json.member("iss", issuer);
  json.member("sub", user.id).member("aud", session.resource.empty() ? user.aud : session.resource);
  json.member("exp", times.expires_at);
  json.member("iat", times.issued_at).member("email", user.email).member("phone", user.phone);
  json.key("app_metadata").raw(user.app_metadata);
  json.key("user_metadata").raw(user.user_metadata);
  json.member("role", user.role).member("aal", session.aal);
  json.key("amr").raw(session.amr);
  json.member("session_id", session.id).member("is_anonymous", user.is_anonymous);
  if (!session.client_id.empty())
    json.member("client_id", session.client_id).member("scope", session.scope);
  json.close();
  return json.take();
}

std::string hash_link(std::string_view link) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(link.data()), link.size(), digest);
  return encode_base64url({reinterpret_cast<const char*>(digest), sizeof digest});
}

std::string hash_code(const OneTimeToken& token, std::string_view code, std::string_view secret) {
  const std::string key = hmac_sha256(secret, "trivet one-time code");
  std::string message = token.user_id;
  message.append(1, '\0').append(token.slot).append(1, '\0').append(code);
  return encode_base64url(hmac_sha256(key, message));
}

}  // namespace trivet::auth
