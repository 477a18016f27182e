#include "auth/issuers/foreign_token.h"

#include <algorithm>

#include "auth/accounts/json_object.h"
#include "auth/base64url.h"
#include "auth/claims.h"
#include "auth/jose/json_object.h"
#include "auth/jwt.h"
#include "value/json_writer.h"

namespace trivet::auth {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t subject_bytes_max = 255;  // OpenID Connect Core, section 2

std::unexpected<Error> bad_claims(std::string text) {
  return fail(ErrorCode::bad_jwt_claims, std::move(text));
}

// A claim by its whole name, else by a path with dots: resource_access.api.roles.
std::optional<element> find_claim(const object& claims, std::string_view name) {
  element found;
  if (claims.at_key(name).get(found) == simdjson::SUCCESS) return found;
  for (size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1)) {
    object inner;
    if (claims.at_key(name.substr(0, dot)).get(inner) == simdjson::SUCCESS)
      if (auto deeper = find_claim(inner, name.substr(dot + 1))) return deeper;
  }
  return std::nullopt;
}

// A text, or one of a list of texts; a list that holds anything else holds nothing.
bool holds(const element& value, std::string_view wanted) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return text == wanted;
  array items;
  if (value.get(items) != simdjson::SUCCESS) return false;
  bool found = false;
  for (const element item : items) {
    if (item.get(text) != simdjson::SUCCESS) return false;
    found = found || text == wanted;
  }
  return found;
}

bool is_for(const object& claims, const std::string& audience) {
  element value;
  if (claims.at_key("aud").get(value) == simdjson::SUCCESS) return holds(value, audience);
  // Access tokens of some providers name their client alone.
  for (const std::string_view name : {"client_id", "azp"})
    if (claims.at_key(name).get(value) == simdjson::SUCCESS) return holds(value, audience);
  return false;
}

result<void> check_registered(const object& claims, const Issuer& issuer) {
  for (const std::string_view name : {"exp", "iat"})
    if (element value; claims.at_key(name).get(value) != simdjson::SUCCESS || !value.is_number())
      return bad_claims("The JWT '" + std::string(name) + "' claim is missing");
  if (const TextMember name = text_member(claims, "iss"); !name.text || *name.text != issuer.name)
    return bad_claims("JWT of an unknown issuer");
  if (std::ranges::none_of(issuer.audience, [&](const std::string& audience) {
        return is_for(claims, audience);
      }))
    return bad_claims("JWT not in audience");
  const TextMember subject = text_member(claims, "sub");
  if (!subject.text || subject.text->empty() || subject.text->size() > subject_bytes_max)
    return bad_claims("The JWT 'sub' claim is missing");
  return {};
}

std::string role_of(const object& claims, const Issuer& issuer) {
  if (issuer.role_claim.empty()) return issuer.role;
  const std::optional<element> value = find_claim(claims, issuer.role_claim);
  if (!value) return issuer.role;
  const auto found = std::ranges::find_if(
      issuer.roles, [&](const Renaming& pair) { return holds(*value, pair.from); });
  return found == issuer.roles.end() ? issuer.role : found->to;
}

result<std::string> id_of(const object& claims, const Issuer& issuer) {
  const std::optional<element> value = find_claim(claims, issuer.id_claim);
  std::string_view text;
  if (value && value->get(text) == simdjson::SUCCESS && !text.empty())
    return issuer.id_prefix + std::string(text);
  if (value && value->is_int64()) return issuer.id_prefix + simdjson::to_string(*value);
  return bad_claims("The JWT '" + issuer.id_claim + "' claim, which is to be the id, is missing");
}

void append_member(std::string& patch, std::string_view name, std::string_view json) {
  if (patch.size() > 1) patch += ',';
  append_json_string(patch, name);
  patch += ':';
  patch += json;
}

std::string json_text(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string mapped_claims(std::string_view json, const object& claims, const Issuer& issuer,
                          const Identity& identity, const std::string& id) {
  std::string patch = "{";
  for (const Renaming& claim : issuer.claims) {
    const std::optional<element> value = find_claim(claims, claim.from);
    // What the token lacks is null, also when it has a claim of that name itself.
    append_member(patch, claim.to, value ? simdjson::to_string(*value) : "null");
  }
  append_member(patch, "role", json_text(identity.role_name));
  append_member(patch, "id", json_text(id));
  return merge_json(json, patch + '}');
}

}  // namespace

std::optional<TokenLabel> read_label(std::string_view token) {
  const result<Jws> jws = parse_jws(token);
  if (!jws) return std::nullopt;
  const std::optional<std::string> json = decode_base64url(jws->payload);
  simdjson::dom::parser parser;
  const auto claims = json ? parse_json_object(parser, *json) : std::nullopt;
  if (!claims) return std::nullopt;
  const TextMember issuer = text_member(*claims, "iss");
  return TokenLabel{std::string(issuer.text.value_or("")),
                    {jws->header.key_id, jws->header.algorithm}};
}

result<ForeignToken> verify_foreign_token(std::string_view token, const Issuer& issuer,
                                          const KeySet& keys, int64_t now_seconds) {
  TRIVET_TRY(const Jws jws, parse_jws(token));
  if (!is_access_token(jws.header.type))
    return fail(ErrorCode::bad_jwt, "Unsupported token type");
  const Algorithm algorithm = jws.header.algorithm;
  if (!issuer.allows(algorithm)) return no_key_fits();
  const Key* key = keys.find(jws.header.key_id, algorithm);
  if (key == nullptr || !key->verify(algorithm, jws.signed_text, jws.signature))
    return no_key_fits();
  const std::optional<std::string> payload = decode_base64url(jws.payload);
  if (!payload) return bad_claims("Parsing claims failed");
  return accept_claims(*payload, issuer, now_seconds);
}

result<ForeignToken> accept_claims(std::string_view json, const Issuer& issuer,
                                   int64_t now_seconds) {
  simdjson::dom::parser parser;
  const std::optional<object> claims = parse_json_object(parser, json);
  if (!claims) return bad_claims("Parsing claims failed");
  ForeignToken token;
  TRIVET_TRY(token.expires_at, check_times(*claims, now_seconds));
  TRIVET_CHECK(check_registered(*claims, issuer));
  TRIVET_TRY(const std::string id, id_of(*claims, issuer));
  token.identity.role_name = role_of(*claims, issuer);
  if (token.identity.role_name == "anon") return token;
  const bool is_service = token.identity.role_name == "service_role";
  token.identity.role = is_service ? Role::service : Role::authenticated;
  token.identity.claims_json = mapped_claims(json, *claims, issuer, token.identity, id);
  return token;
}

}  // namespace trivet::auth
