#include "auth/jwt.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <optional>

#include "auth/base64url.h"
#include "auth/claims.h"

namespace trivet::auth {
namespace {

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  // header.payload
};

result<Parts> split(std::string_view token) {
  if (token.empty()) return fail(ErrorCode::bad_jwt, "Empty JWT is sent in Authorization header");
  if (token.size() > token_bytes_max) return fail(ErrorCode::bad_jwt, "Unsupported token type");
  const auto parts = 1 + std::count(token.begin(), token.end(), '.');
  if (parts != 3)
    return fail(ErrorCode::bad_jwt, "Expected 3 parts in JWT; got " + std::to_string(parts));
  const size_t first = token.find('.');
  const size_t second = token.find('.', first + 1);
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

std::unexpected<Error> no_key_fits() {
  return fail(ErrorCode::bad_jwt, "No suitable key or wrong key type",
              "None of the keys was able to decode the JWT");
}

result<void> check_algorithm(std::string_view encoded_header) {
  const std::optional<std::string> json = decode_base64url(encoded_header);
  if (!json) return fail(ErrorCode::bad_jwt, "Unsupported token type");
  TRIVET_TRY(const TokenHeader header, parse_token_header(*json));
  if (header.algorithm == "none")
    return fail(ErrorCode::bad_jwt, "Wrong or unsupported encoding algorithm",
                "JWT is unsecured but expected 'alg' was not 'none'");
  if (header.algorithm != "HS256") return no_key_fits();
  return {};
}

}  // namespace

result<Claims> verify_token(std::string_view token, const VerifyOptions& options) {
  if (options.secret.empty()) return fail(ErrorCode::no_jwt_secret, "Server lacks JWT secret");
  TRIVET_TRY(const Parts parts, split(token));
  TRIVET_CHECK(check_algorithm(parts.header));
  const std::optional<std::string> signature = decode_base64url(parts.signature);
  if (!signature ||
      !equal_in_constant_time(*signature, hmac_sha256(options.secret, parts.signed_text)))
    return no_key_fits();
  std::optional<std::string> payload = decode_base64url(parts.payload);
  if (!payload) return fail(ErrorCode::bad_jwt_claims, "Parsing claims failed");
  return parse_claims(std::move(*payload), options);
}

result<void> check_expiry(int64_t expires_at, int64_t now_seconds) {
  if (expires_at < now_seconds - clock_skew_seconds)
    return fail(ErrorCode::bad_jwt_claims, "JWT expired");
  return {};
}

std::string sign_token(std::string_view claims_json, std::string_view secret) {
  std::string token = encode_base64url(R"({"alg":"HS256","typ":"JWT"})");
  token += '.';
  token += encode_base64url(claims_json);
  const std::string signature = encode_base64url(hmac_sha256(secret, token));
  token += '.';
  token += signature;
  return token;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                          reinterpret_cast<unsigned char*>(mac.data()), &length);
  TRIVET_ASSERT(made != nullptr && length == 32);
  mac.resize(length);
  return mac;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace trivet::auth
