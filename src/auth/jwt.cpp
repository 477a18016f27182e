#include "auth/jwt.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <optional>

#include "auth/base64url.h"
#include "auth/claims.h"
#include "http/text.h"

namespace trivet::auth {
namespace {

bool is_signed(const Jws& jws, const VerifyOptions& options) {
  const Algorithm algorithm = jws.header.algorithm;
  if (algorithm == Algorithm::hs256)
    return !options.secret.empty() &&
           equal_in_constant_time(jws.signature, hmac_sha256(options.secret, jws.signed_text));
  if (options.keys == nullptr) return false;
  const Key* key = options.keys->find(jws.header.key_id, algorithm);
  return key != nullptr && key->verify(algorithm, jws.signed_text, jws.signature);
}

}  // namespace

bool is_access_token(std::string_view type) {
  return type.empty() || http::equals_lower(type, "jwt") || http::equals_lower(type, "at+jwt");
}

result<Claims> verify_token(std::string_view token, const VerifyOptions& options) {
  if (options.secret.empty() && options.keys == nullptr)
    return fail(ErrorCode::no_jwt_secret, "Server lacks JWT secret");
  TRIVET_TRY(const Jws jws, parse_jws(token));
  if (!is_access_token(jws.header.type))
    return fail(ErrorCode::bad_jwt, "Unsupported token type");
  if (!is_signed(jws, options)) return no_key_fits();
  std::optional<std::string> payload = decode_base64url(jws.payload);
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
