// Endpoints that need no user, where they are asked with a phone (dialects/auth.md, section 5).
#include "api/auth/encode.h"
#include "api/auth/handler.h"

namespace trivet::api::accounts {

using trivet::auth::Accounts;
using trivet::auth::PhoneRequest;
using trivet::auth::refuse;

namespace {

PhoneRequest phone_request_of(const Call& call) {
  PhoneRequest wanted;
  wanted.phone = call.text_or_empty("phone");
  wanted.channel = call.text_or_empty("channel");
  wanted.password = call.text_or_empty("password");
  wanted.data = call.object("data").value_or("{}");
  return wanted;
}

http::Response sent_response(const std::string& message_id) {
  JsonBuilder json;
  json.open_object().member("message_id", message_id).close();
  return json_response(200, json.take());
}

}  // namespace

task<AuthHandler::Response> AuthHandler::sign_up_by_phone(Call& call) {
  // A code that is typed leads back nowhere.
  AUTH_TRY(const std::string challenge, call.challenge());
  if (!challenge.empty())
    co_return refuse(400, "validation_failed", "PKCE not supported for phone signups");
  PhoneRequest wanted = phone_request_of(call);
  if (wanted.password.empty())
    co_return refuse(400, "validation_failed", "Signup requires a valid password");
  auto done = co_await accounts_.sign_up_by_phone(std::move(wanted), call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  if (done->issued) co_return session_response(*done->issued);
  co_return json_response(200, user_json(done->user));
}

task<AuthHandler::Response> AuthHandler::otp_by_phone(Call& call) {
  const bool creates = call.flag("create_user").value_or(true);
  const auto unknown = creates ? Accounts::Unknown::sign_up : Accounts::Unknown::refuse;
  PhoneRequest wanted = phone_request_of(call);
  auto sent = co_await accounts_.send_phone_code(std::move(wanted), unknown, call.client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  co_return sent_response(*sent);
}

task<AuthHandler::Response> AuthHandler::resend_to_phone(Call& call) {
  PhoneRequest wanted = phone_request_of(call);
  auto sent = co_await accounts_.resend_to_phone(call.text_or_empty("type"), std::move(wanted), call.client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  co_return sent_response(*sent);
}

}  // namespace trivet::api::accounts
