// Endpoints of passkeys, for everybody, users and operators (dialects/auth.md, sections 5 to 7). Binary
// members are base64url; the options are W3C's JSON forms.
#include "api/auth/encode.h"
#include "api/auth/handler.h"
#include "auth/base64url.h"
#include "auth/webauthn/cose_key.h"

namespace trivet::api::accounts {

using trivet::auth::Passkey;
using trivet::auth::PasskeyAsked;
using trivet::auth::PasskeyMade;
using trivet::auth::PasskeyShown;
using trivet::auth::refuse;

namespace {

constexpr int64_t timeout_ms = 300'000;

// A member of credential.response, decoded; empty if it is absent or malformed.
std::string bytes_of(const Call& call, std::string_view name) {
  const auto credential = call.body.find("credential");
  const auto response = credential ? credential->find("response") : std::nullopt;
  const auto member = response ? response->find(name) : std::nullopt;
  if (!member || member->kind() != JsonKind::string) return {};
  std::string text;
  member->as_string().append_to(text);
  return trivet::auth::decode_base64url(text).value_or(std::string());
}

std::string credential_id_of(const Call& call) {
  const auto credential = call.body.find("credential");
  const auto id = credential ? credential->find("id") : std::nullopt;
  std::string text;
  if (id && id->kind() == JsonKind::string) id->as_string().append_to(text);
  return text;
}

void add_passkey(JsonBuilder& json, const Passkey& passkey) {
  json.open_object().member("id", passkey.id).member("friendly_name", passkey.friendly_name);
  json.member("created_at", time_text(passkey.created_at));
  if (passkey.last_used_at != 0) json.member("last_used_at", time_text(passkey.last_used_at));
  json.close();
}

std::string passkey_json(const Passkey& passkey) {
  JsonBuilder json;
  add_passkey(json, passkey);
  return json.take();
}

http::Response passkeys_response(const std::vector<Passkey>& passkeys) {
  JsonBuilder json;
  json.open_array();
  for (const Passkey& passkey : passkeys) add_passkey(json, passkey);
  json.close();
  return json_response(200, json.take());
}

http::Response no_content() {
  http::Response response;
  response.status = 204;
  return response;
}

std::string creation_options(const PasskeyAsked& asked, const std::string& host,
                             const trivet::auth::User& user) {
  JsonBuilder json;
  json.open_object().key("rp").open_object().member("id", host).member("name", host).close();
  json.key("user").open_object().member("id", trivet::auth::encode_base64url(user.id));
  const std::string name = user.email.empty() ? user.id : user.email;
  json.member("name", name).member("displayName", name).close();
  json.member("challenge", asked.challenge.challenge).key("pubKeyCredParams").open_array();
  for (const int64_t algorithm : trivet::auth::cose_algorithms)
    json.open_object().member("type", "public-key").member("alg", algorithm).close();
  json.close().member("timeout", timeout_ms).key("excludeCredentials").open_array();
  for (const Passkey& passkey : asked.existing)
    json.open_object().member("type", "public-key").member("id", passkey.credential_id).close();
  json.close().key("authenticatorSelection").open_object().member("residentKey", "required");
  json.member("requireResidentKey", true).member("userVerification", "preferred").close();
  json.member("attestation", "none").close();
  return json.take();
}

http::Response asked_response(const PasskeyAsked& asked, const std::string& options) {
  JsonBuilder json;
  json.open_object().member("challenge_id", asked.challenge.id).key("options").raw(options);
  json.member("expires_at", asked.expires_at).close();
  return json_response(200, json.take());
}

}  // namespace

task<AuthHandler::Response> AuthHandler::passkey_sign_in_options(Call& call) {
  auto asked = co_await accounts_.begin_passkey_sign_in(call.client);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  JsonBuilder json;
  json.open_object().member("challenge", asked->challenge.challenge);
  json.member("timeout", timeout_ms).member("rpId", accounts_.relying_party().id);
  json.key("allowCredentials").open_array().close().member("userVerification", "preferred").close();
  co_return asked_response(*asked, json.take());
}

task<AuthHandler::Response> AuthHandler::passkey_sign_in(Call& call) {
  PasskeyShown shown{call.text_or_empty("challenge_id"), credential_id_of(call),
                     bytes_of(call, "userHandle"), {}};
  shown.assertion = {bytes_of(call, "clientDataJSON"), bytes_of(call, "authenticatorData"),
                     bytes_of(call, "signature")};
  if (shown.challenge_id.empty() || shown.credential_id.empty())
    co_return refuse(400, "validation_failed", "challenge_id and credential are required");
  auto issued = co_await accounts_.sign_in_with_passkey(std::move(shown), call.client);
  if (!issued) co_return std::unexpected(std::move(issued).error());
  co_return session_response(*issued);
}

task<AuthHandler::Response> AuthHandler::passkey_options(Call& call) {
  auto asked = co_await accounts_.begin_passkey(call.caller, call.client);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  co_return asked_response(
      *asked, creation_options(*asked, accounts_.relying_party().id, call.caller.user));
}

task<AuthHandler::Response> AuthHandler::register_passkey(Call& call) {
  PasskeyMade made{call.text_or_empty("challenge_id"),
                   {bytes_of(call, "clientDataJSON"), bytes_of(call, "attestationObject")}};
  if (made.challenge_id.empty())
    co_return refuse(400, "validation_failed", "challenge_id and credential are required");
  auto passkey = co_await accounts_.finish_passkey(call.caller, std::move(made), call.client);
  if (!passkey) co_return std::unexpected(std::move(passkey).error());
  co_return json_response(200, passkey_json(*passkey));
}

task<AuthHandler::Response> AuthHandler::list_passkeys(Call& call) {
  AUTH_CHECK(accounts_.require_passkeys());
  auto all = co_await accounts_.list_passkeys(call.caller.user.id, call.client);
  if (!all) co_return std::unexpected(std::move(all).error());
  co_return passkeys_response(*all);
}

task<AuthHandler::Response> AuthHandler::update_passkey(Call& call) {
  auto passkey =
      co_await accounts_.find_passkey(call.caller.user.id, call.ids.front(), call.client);
  if (!passkey) co_return std::unexpected(std::move(passkey).error());
  auto renamed = co_await accounts_.rename_passkey(
      *std::move(passkey), call.text_or_empty("friendly_name"), call.client);
  if (!renamed) co_return std::unexpected(std::move(renamed).error());
  co_return json_response(200, passkey_json(*renamed));
}

task<AuthHandler::Response> AuthHandler::delete_passkey(Call& call) {
  auto passkey =
      co_await accounts_.find_passkey(call.caller.user.id, call.ids.front(), call.client);
  if (!passkey) co_return std::unexpected(std::move(passkey).error());
  auto done = co_await accounts_.delete_passkey(*std::move(passkey), call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return no_content();
}

task<AuthHandler::Response> AuthHandler::list_passkeys_of(Call& call) {
  AUTH_CHECK(accounts_.require_passkeys());
  auto user = co_await accounts_.find_user(call.ids.front(), call.client);
  if (!user) co_return std::unexpected(std::move(user).error());
  auto all = co_await accounts_.list_passkeys(user->id, call.client);
  if (!all) co_return std::unexpected(std::move(all).error());
  co_return passkeys_response(*all);
}

task<AuthHandler::Response> AuthHandler::delete_passkey_of(Call& call) {
  auto passkey = co_await accounts_.find_passkey(call.ids.front(), call.ids.back(), call.client);
  if (!passkey) co_return std::unexpected(std::move(passkey).error());
  auto done = co_await accounts_.delete_passkey(*std::move(passkey), call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return no_content();
}

}  // namespace trivet::api::accounts
