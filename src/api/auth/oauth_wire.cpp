#include "api/auth/oauth_wire.h"

#include <algorithm>

#include "api/auth/encode.h"
#include "auth/accounts/json_object.h"
#include "auth/base64url.h"
#include "auth/oauth_server/scope.h"
#include "http/text.h"

namespace trivet::api::accounts {

using trivet::auth::OAuthClient;
using trivet::auth::OAuthClientChange;
using trivet::auth::refuse;
using trivet::auth::Refusal;
using trivet::auth::TokenRequest;

namespace {

constexpr size_t body_bytes_max = 1 << 20;
constexpr size_t list_items_max = 32;

std::unexpected<Refusal> invalid_request(std::string why) {
  return refuse(400, "invalid_request", std::move(why));
}

// The text members of a JSON object, or the fields of a form.
answer<Pairs> read_pairs(const http::Request& request) {
  if (request.body.size() > body_bytes_max) return invalid_request("The body is too large");
  std::string_view type = request.header("content-type");
  if (!http::equals_lower(http::trim_blanks(http::take_until(type, ';')), "application/json"))
    return decode_pairs(request.body);
  const auto body = parse_body(request.body);
  if (!body || body->kind() != JsonKind::object) return invalid_request("The body is no JSON object");
  Pairs pairs;
  for (const JsonMember& member : body->members()) {
    if (member.value.kind() != JsonKind::string) continue;
    auto& [name, value] = pairs.emplace_back();
    member.key.append_to(name);
    member.value.as_string().append_to(value);
  }
  return pairs;
}

// RFC 7617 over form-encoded halves. nullopt if it is no Basic credential.
std::optional<trivet::auth::ClientProof> read_basic(std::string_view header) {
  const std::string_view scheme = http::take_until(header, ' ');
  if (!http::equals_lower(scheme, "basic")) return std::nullopt;
  std::string letters(http::trim_blanks(header));
  while (letters.ends_with('=')) letters.pop_back();
  std::ranges::replace(letters, '+', '-');
  std::ranges::replace(letters, '/', '_');
  const std::optional<std::string> text = trivet::auth::decode_base64url(letters);
  if (!text || text->find(':') == text->npos || text->find('&') != text->npos) return std::nullopt;
  const size_t colon = text->find(':');
  const Pairs halves = decode_pairs("id=" + text->substr(0, colon) + "&secret=" + text->substr(colon + 1));
  return trivet::auth::ClientProof{find_value(halves, "id"), find_value(halves, "secret"),
                                   "client_secret_basic"};
}

answer<std::optional<std::vector<std::string>>> read_list(const Call& call, std::string_view name) {
  const std::optional<JsonValue> found = call.body.find(name);
  if (!found || found->is_null()) return std::nullopt;
  const std::string problem = std::string(name) + " is a list of texts";
  if (found->kind() != JsonKind::array) return refuse(400, "validation_failed", problem);
  std::vector<std::string> items;
  for (const JsonValue element : found->elements()) {
    if (element.kind() != JsonKind::string || items.size() == list_items_max)
      return refuse(400, "validation_failed", problem);
    element.as_string().append_to(items.emplace_back());
  }
  return items;
}

void add_names(JsonBuilder& json, std::string_view key, std::string_view names) {
  json.key(key).open_array();
  while (!names.empty()) json.value(http::take_until(names, ' '));
  json.close();
}

}  // namespace

bool has_duplicate(const Pairs& pairs) {
  for (size_t i = 0; i < pairs.size() && i < 64; ++i)
    for (size_t j = 0; j < i; ++j)
      if (pairs[i].first == pairs[j].first) return true;
  return pairs.size() > 64;
}

answer<TokenRequest> read_token_request(const http::Request& request) {
  auto read = read_pairs(request);
  if (!read) return std::unexpected(std::move(read).error());
  const Pairs& pairs = *read;
  if (has_duplicate(pairs)) return invalid_request("A parameter is there more than once");
  for (const auto& [name, value] : pairs)
    if (value.find('\0') != value.npos) return invalid_request("A parameter holds a zero byte");
  TokenRequest given;
  given.proof = {find_value(pairs, "client_id"), find_value(pairs, "client_secret"), "none"};
  if (!given.proof.secret.empty()) given.proof.method = "client_secret_post";
  if (request.has_header("authorization")) {
    const auto basic = read_basic(request.header("authorization"));
    if (!basic) return refuse(401, "invalid_client", "The Authorization header is not HTTP Basic");
    if (!given.proof.secret.empty())
      return invalid_request("The client proves itself in more than one way");
    if (!given.proof.id.empty() && given.proof.id != basic->id)
      return invalid_request("client_id is not that of the Authorization header");
    given.proof = *basic;
  }
  if (given.proof.id.empty()) return refuse(401, "invalid_client", "client_id is required");
  given.grant_type = find_value(pairs, "grant_type");
  given.code = find_value(pairs, "code");
  given.redirect_uri = find_value(pairs, "redirect_uri");
  given.verifier = find_value(pairs, "code_verifier");
  given.refresh_token = find_value(pairs, "refresh_token");
  given.scope = find_value(pairs, "scope");
  given.resource = find_value(pairs, "resource");
  return given;
}

http::Response oauth_error(const Refusal& refusal) {
  JsonBuilder json;
  json.open_object().member("error", refusal.status >= 500 ? "server_error" : refusal.code);
  json.member("error_description", refusal.message).close();
  return json_response(refusal.status, json.take());
}

answer<OAuthClientChange> read_client(const Call& call) {
  OAuthClientChange change;
  const std::pair<std::string_view, std::optional<std::string>*> texts[] = {
      {"client_name", &change.name},
      {"client_type", &change.kind},
      {"token_endpoint_auth_method", &change.auth_method},
      {"client_uri", &change.uri},
      {"logo_uri", &change.logo_uri},
      {"role", &change.role}};
  for (const auto& [name, slot] : texts) {
    const std::optional<JsonValue> found = call.body.find(name);
    if (!found || found->is_null()) continue;
    if (found->kind() != JsonKind::string)
      return refuse(400, "validation_failed", std::string(name) + " is a text");
    *slot = call.text(name);
  }
  auto uris = read_list(call, "redirect_uris");
  if (!uris) return std::unexpected(std::move(uris).error());
  change.redirect_uris = *std::move(uris);
  auto grants = read_list(call, "grant_types");
  if (!grants) return std::unexpected(std::move(grants).error());
  change.grant_types = *std::move(grants);
  return change;
}

std::string client_json(const OAuthClient& client, std::string_view secret) {
  JsonBuilder json;
  json.open_object().member("client_id", client.id);
  if (!secret.empty()) json.member("client_secret", secret).member("client_secret_expires_at", 0);
  json.member("client_type", client.kind).key("redirect_uris").raw(client.redirect_uris);
  json.member("token_endpoint_auth_method", client.auth_method);
  add_names(json, "grant_types", client.grant_types);
  json.key("response_types").open_array();
  if (trivet::auth::has_scope(client.grant_types, "authorization_code")) json.value("code");
  json.close();
  if (!client.name.empty()) json.member("client_name", client.name);
  if (!client.uri.empty()) json.member("client_uri", client.uri);
  if (!client.logo_uri.empty()) json.member("logo_uri", client.logo_uri);
  if (!client.role.empty()) json.member("role", client.role);
  json.member("registration_type", client.registration);
  json.member("created_at", time_text(client.created_at));
  return json.member("updated_at", time_text(client.updated_at)).close().take();
}

void add_client_summary(JsonBuilder& json, const OAuthClient& client) {
  json.open_object().member("id", client.id);
  if (!client.name.empty()) json.member("name", client.name);
  if (!client.uri.empty()) json.member("uri", client.uri);
  if (!client.logo_uri.empty()) json.member("logo_uri", client.logo_uri);
  json.close();
}

std::string claim_of(const Identity& identity, std::string_view name) {
  return identity.claims_json.empty() ? std::string()
                                      : trivet::auth::text_member(identity.claims_json, name);
}

std::string metadata_json(const trivet::auth::OAuthServer& server) {
  const std::string& issuer = server.options().issuer;
  JsonBuilder json;
  json.open_object().member("issuer", issuer);
  json.member("authorization_endpoint", issuer + "/oauth/authorize");
  json.member("token_endpoint", issuer + "/oauth/token");
  json.member("jwks_uri", issuer + "/.well-known/jwks.json");
  json.member("userinfo_endpoint", issuer + "/oauth/userinfo");
  if (server.options().registration)
    json.member("registration_endpoint", issuer + "/oauth/clients/register");
  add_names(json, "scopes_supported", "openid profile email phone offline_access");
  add_names(json, "response_types_supported", "code");
  add_names(json, "response_modes_supported", "query");
  add_names(json, "grant_types_supported", "authorization_code refresh_token client_credentials");
  add_names(json, "subject_types_supported", "public");
  add_names(json, "id_token_signing_alg_values_supported", server.id_token_algorithm());
  add_names(json, "token_endpoint_auth_methods_supported",
            "client_secret_basic client_secret_post none");
  add_names(json, "claims_supported",
            "sub iss aud exp iat auth_time nonce email email_verified phone_number "
            "phone_number_verified name picture preferred_username updated_at");
  add_names(json, "code_challenge_methods_supported", "S256");
  json.member("request_parameter_supported", false).member("request_uri_parameter_supported", false);
  return json.member("authorization_response_iss_parameter_supported", true).close().take();
}

}  // namespace trivet::api::accounts
