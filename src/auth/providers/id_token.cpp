#include "auth/providers/id_token.h"

#include <openssl/evp.h>

#include <algorithm>

#include "auth/base64url.h"
#include "auth/claims.h"
#include "auth/jose/algorithm.h"
#include "auth/jose/json_object.h"
#include "auth/jose/jws.h"
#include "auth/jwt.h"
#include "auth/passwords/text.h"
#include "http/text.h"

namespace trivet::auth {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t subject_bytes_max = 255;  // OpenID Connect Core, section 2
// Older than that it is of no sign-in that goes on now, however long it claims to hold.
constexpr int64_t age_max_seconds = 86'400;

std::unexpected<Error> bad(std::string text) {
  return fail(ErrorCode::bad_jwt_claims, "Bad ID token: " + std::move(text));
}

bool is_one_of(const std::vector<std::string>& ours, std::string_view name) {
  return std::ranges::find(ours, name) != ours.end();
}

// `aud`, and `azp` where it is there: an ID token for several is only for us if we asked for it.
bool is_for_us(const object& claims, const IdTokenRules& rules) {
  element value;
  if (claims.at_key("aud").get(value) != simdjson::SUCCESS) return false;
  const TextMember party = text_member(claims, "azp");
  if (party.present && (!party.text || !is_one_of(rules.audiences, *party.text))) return false;
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return is_one_of(rules.audiences, text);
  array items;
  if (value.get(items) != simdjson::SUCCESS) return false;
  bool is_ours = false;
  size_t count = 0;
  for (const element item : items) {
    if (item.get(text) != simdjson::SUCCESS) return false;
    is_ours = is_ours || is_one_of(rules.audiences, text);
    ++count;
  }
  return is_ours && (count == 1 || party.present);
}

std::string expected_issuer(const object& claims, const IdTokenRules& rules) {
  constexpr std::string_view variable = "{tenantid}";
  const size_t at = rules.issuer.find(variable);
  if (at == rules.issuer.npos) return rules.issuer;
  const TextMember tenant = text_member(claims, "tid");
  const bool is_id = tenant.text && !tenant.text->empty() &&
                     std::ranges::all_of(*tenant.text, [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
                     });
  if (!is_id) return {};
  std::string issuer = rules.issuer;
  return issuer.replace(at, variable.size(), *tenant.text);
}

bool is_nonce_right(const object& claims, const IdTokenRules& rules) {
  const TextMember nonce = text_member(claims, "nonce");
  if (!rules.nonce) return !nonce.present;
  return nonce.text && equal_in_constant_time(*nonce.text, *rules.nonce);
}

std::string digest_of(const char* name, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const EVP_MD* method = EVP_get_digestbyname(name);
  TRIVET_ASSERT(method != nullptr && EVP_Digest(text.data(), text.size(), digest, &size, method,
                                                nullptr) == 1);
  return {reinterpret_cast<const char*>(digest), size};
}

// Section 3.1.3.6: the left half of the access token's hash, under the hash of the token's own algorithm.
bool is_access_token_right(const object& claims, const IdTokenRules& rules, Algorithm algorithm) {
  const TextMember hash = text_member(claims, "at_hash");
  if (!hash.present || rules.access_token.empty()) return true;
  const std::string_view name = algorithm_info(algorithm).digest;
  const std::string digest =
      digest_of(name.empty() ? "SHA512" : std::string(name).c_str(), rules.access_token);
  return hash.text && equal_in_constant_time(*hash.text, encode_base64url(digest.substr(
                                                             0, digest.size() / 2)));
}

result<void> check_claims(const object& claims, const IdTokenRules& rules) {
  int64_t issued = 0;
  element value;
  double seconds = 0;
  for (const std::string_view name : {"exp", "iat"})
    if (claims.at_key(name).get(value) != simdjson::SUCCESS ||
        value.get(seconds) != simdjson::SUCCESS)
      return bad("no claim " + std::string(name));
  issued = static_cast<int64_t>(std::clamp(seconds, -9e15, 9e15));
  if (const auto times = check_times(claims, rules.now_seconds); !times)
    return bad(times.error().message);
  if (rules.now_seconds - issued > age_max_seconds) return bad("it is of another day");
  const TextMember issuer = text_member(claims, "iss");
  const std::string expected = expected_issuer(claims, rules);
  if (!issuer.text || expected.empty() || *issuer.text != expected)
    return bad("unacceptable issuer");
  if (!is_for_us(claims, rules)) return bad("unacceptable audience");
  if (!is_nonce_right(claims, rules)) return bad("nonces mismatch");
  const TextMember subject = text_member(claims, "sub");
  if (!subject.text || subject.text->empty() || subject.text->size() > subject_bytes_max)
    return bad("no claim sub");
  return {};
}

}  // namespace

std::optional<KeyWanted> key_of_id_token(std::string_view token) {
  const result<Jws> jws = parse_jws(token);
  if (!jws) return std::nullopt;
  return KeyWanted{jws->header.key_id, jws->header.algorithm};
}

std::string hashed_nonce(std::string_view nonce) {
  return encode_hex(digest_of("SHA256", nonce));
}

result<std::string> verify_id_token(std::string_view token, const IdTokenRules& rules,
                                    const KeySet& keys) {
  TRIVET_TRY(const Jws jws, parse_jws(token));
  const Algorithm algorithm = jws.header.algorithm;
  // A token made for something else (RFC 8725, 3.11), or one that whoever knows the client's secret can make.
  const bool is_other = !jws.header.type.empty() && !http::equals_lower(jws.header.type, "jwt");
  if (is_other || algorithm_info(algorithm).type == KeyType::symmetric)
    return bad("unacceptable type or algorithm");
  const Key* key = keys.find(jws.header.key_id, algorithm);
  if (key == nullptr || !key->verify(algorithm, jws.signed_text, jws.signature))
    return bad("unacceptable signature");
  std::optional<std::string> payload = decode_base64url(jws.payload);
  simdjson::dom::parser parser;
  const auto claims = payload ? parse_json_object(parser, *payload) : std::nullopt;
  if (!claims) return bad("no claims");
  TRIVET_CHECK(check_claims(*claims, rules));
  if (!is_access_token_right(*claims, rules, algorithm)) return bad("at_hash mismatch");
  return *std::move(payload);
}

}  // namespace trivet::auth
