// Endpoints of passkeys, for everybody, users and operators (dialects/auth.md, sections 5 to 7). Binary
// members are base64url; the options are W3C's JSON forms.
#include "api/auth/credential.h"
#include "api/auth/encode.h"
#include "api/auth/handler.h"

namespace trivet::api::accounts {

using trivet::auth::Passkey;
using trivet::auth::PasskeyAsked;
using trivet::auth::PasskeyMade;
using trivet::auth::PasskeyShown;
using trivet::auth::refuse;

namespace {

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
  const std::string options = request_options(accounts_.relying_party().id, asked->challenge.challenge, {});
  co_return asked_response(*asked, options);
}

task<AuthHandler::Response> AuthHandler::passkey_sign_in(Call& call) {
  const Credential credential(call.body.find("credential"));
  PasskeyShown shown{call.text_or_empty("challenge_id"), credential.id, credential.user_handle(),
                     credential.assertion()};
  if (shown.challenge_id.empty() || shown.credential_id.empty())
    co_return refuse(400, "validation_failed", "challenge_id and credential are required");
  auto issued = co_await accounts_.sign_in_with_passkey(std::move(shown), call.client);
  if (!issued) co_return std::unexpected(std::move(issued).error());
  co_return session_response(*issued);
}

task<AuthHandler::Response> AuthHandler::passkey_options(Call& call) {
  auto asked = co_await accounts_.begin_passkey(call.caller, call.client);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  std::vector<std::string> excluded;
  for (const Passkey& passkey : asked->existing) excluded.push_back(passkey.credential_id);
  const std::string host = accounts_.relying_party().id;
  co_return asked_response(*asked, creation_options({host, call.caller.user, asked->challenge.challenge, excluded}));
}

task<AuthHandler::Response> AuthHandler::register_passkey(Call& call) {
  PasskeyMade made{call.text_or_empty("challenge_id"), Credential(call.body.find("credential")).registration()};
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
