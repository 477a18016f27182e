#include "auth/jose/jws.h"

#include <algorithm>
#include <array>
#include <optional>

#include "auth/base64url.h"
#include "auth/jose/json_object.h"

namespace trivet::auth {
namespace {

// A key that comes with the token is the attacker's; what we can't understand we can't verify; a
// token inside a token is none of ours.
constexpr std::array<std::string_view, 6> refused_members = {"crit", "cty", "jwk",
                                                             "jku",  "x5u", "x5c"};

std::unexpected<Error> unsupported_token() {
  return fail(ErrorCode::bad_jwt, "Unsupported token type");
}

result<Jws> split(std::string_view token) {
  if (token.empty()) return fail(ErrorCode::bad_jwt, "Empty JWT is sent in Authorization header");
  if (token.size() > token_bytes_max) return unsupported_token();
  const auto parts = 1 + std::count(token.begin(), token.end(), '.');
  if (parts != 3)
    return fail(ErrorCode::bad_jwt, "Expected 3 parts in JWT; got " + std::to_string(parts));
  const size_t first = token.find('.');
  const size_t second = token.find('.', first + 1);
  Jws jws;
  jws.signed_text = token.substr(0, second);
  jws.payload = token.substr(first + 1, second - first - 1);
  return jws;
}

// A text of the header, empty when absent; nullopt when it is no text.
std::optional<std::string> header_text(const simdjson::dom::object& members,
                                       std::string_view name) {
  const TextMember value = text_member(members, name);
  if (!value.present) return std::string();
  if (!value.text) return std::nullopt;
  return std::string(*value.text);
}

result<JwsHeader> parse_header(std::string_view encoded) {
  const std::optional<std::string> json = decode_base64url(encoded);
  simdjson::dom::parser parser;
  const auto members = json ? parse_json_object(parser, *json) : std::nullopt;
  if (!members) return unsupported_token();
  for (const std::string_view name : refused_members)
    if (members->at_key(name).error() == simdjson::SUCCESS) return unsupported_token();
  const auto name = header_text(*members, "alg");
  auto key_id = header_text(*members, "kid");
  auto type = header_text(*members, "typ");
  if (!name || name->empty() || !key_id || key_id->size() > key_id_bytes_max || !type)
    return unsupported_token();
  if (*name == "none")
    return fail(ErrorCode::bad_jwt, "Wrong or unsupported encoding algorithm",
                "JWT is unsecured but expected 'alg' was not 'none'");
  const std::optional<Algorithm> algorithm = parse_algorithm(*name);
  if (!algorithm) return no_key_fits();
  return JwsHeader{*algorithm, *std::move(key_id), *std::move(type)};
}

}  // namespace

std::unexpected<Error> no_key_fits() {
  return fail(ErrorCode::bad_jwt, "No suitable key or wrong key type",
              "None of the keys was able to decode the JWT");
}

result<Jws> parse_jws(std::string_view token) {
  TRIVET_TRY(Jws jws, split(token));
  TRIVET_TRY(jws.header, parse_header(jws.signed_text.substr(0, jws.signed_text.find('.'))));
  std::optional<std::string> signature =
      decode_base64url(token.substr(jws.signed_text.size() + 1));
  if (!signature || signature->empty()) return no_key_fits();
  jws.signature = *std::move(signature);
  return jws;
}

result<std::string> verify_jws(std::string_view token, const Key& key, Algorithm algorithm) {
  TRIVET_TRY(const Jws jws, parse_jws(token));
  const std::string& key_id = jws.header.key_id;
  if (jws.header.algorithm != algorithm ||
      (!key_id.empty() && !key.id().empty() && key_id != key.id()) ||
      !key.verify(algorithm, jws.signed_text, jws.signature))
    return no_key_fits();
  std::optional<std::string> payload = decode_base64url(jws.payload);
  if (!payload) return unsupported_token();
  return *std::move(payload);
}

std::string sign_jws(std::string_view payload, const Key& key) {
  TRIVET_ASSERT(key.can_sign() && key.algorithm());
  std::string header = R"({"alg":")";
  header += algorithm_info(*key.algorithm()).name;
  if (!key.id().empty()) header += R"(","kid":")" + key.id();
  header += R"(","typ":"JWT"})";
  std::string token = encode_base64url(header) + '.' + encode_base64url(payload);
  const std::string signature = key.sign(*key.algorithm(), token);
  return token + '.' + encode_base64url(signature);
}

}  // namespace trivet::auth
