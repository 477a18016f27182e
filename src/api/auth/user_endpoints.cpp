// Endpoints of a signed-in user (dialects/auth.md, section 6).
#include "api/auth/encode.h"
#include "api/auth/handler.h"

namespace trivet::api::accounts {

using trivet::auth::refuse;
using trivet::auth::SignOut;
using trivet::auth::UserChange;

task<AuthHandler::Response> AuthHandler::user(Call& call) {
  co_return json_response(200, user_json(call.caller.user));
}

task<AuthHandler::Response> AuthHandler::change_user(Call& call) {
  if (call.object("app_metadata"))
    co_return refuse(403, "not_admin", "Updating app_metadata requires admin privileges");
  UserChange change;
  if (const auto email = call.text("email"); email && !email->empty()) change.email = email;
  if (const auto phone = call.text("phone"); phone && !phone->empty()) change.phone = phone;
  change.channel = call.text_or_empty("channel");
  change.password = call.text("password");
  change.nonce = call.text_or_empty("nonce");
  change.data = call.object("data");
  change.redirect_to = call.redirect_to();
  AUTH_TRY(change.challenge, call.challenge());
  auto user = co_await accounts_.change_user(call.caller, std::move(change), call.client);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return json_response(200, user_json(*user));
}

task<AuthHandler::Response> AuthHandler::reauthenticate(Call& call) {
  auto sent = co_await accounts_.reauthenticate(call.caller, call.client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  co_return json_response(200, "{}");
}

task<AuthHandler::Response> AuthHandler::log_out(Call& call) {
  const std::string scope = call.query("scope");
  SignOut how = SignOut::global;
  if (scope == "local") how = SignOut::local;
  if (scope == "others") how = SignOut::others;
  if (how == SignOut::global && !scope.empty() && scope != "global")
    co_return refuse(400, "validation_failed", "Unsupported logout scope \"" + scope + '"');
  auto done = co_await accounts_.sign_out(call.caller, how, call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  http::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace trivet::api::accounts
