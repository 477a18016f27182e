// Endpoints that need no user (dialects/auth.md, section 5).
#include "api/auth/encode.h"
#include "api/auth/handler.h"
#include "api/auth/redirect.h"

namespace trivet::api::accounts {

using trivet::auth::Accounts;
using trivet::auth::MailRequest;
using trivet::auth::refuse;
using trivet::auth::SignUp;
using trivet::auth::Verification;

namespace {

// One of the two, where there is one.
answer<void> refuse_both(const Call& call) {
  if (call.text_or_empty("phone").empty() || call.text_or_empty("email").empty()) return {};
  return refuse(400, "validation_failed",
                "Only an email address or phone number should be provided on a request.");
}

bool has_phone(const Call& call) { return !call.text_or_empty("phone").empty(); }

answer<SignUp> sign_up_of(const Call& call) {
  SignUp wanted;
  auto challenge = call.challenge();
  if (!challenge) return std::unexpected(std::move(challenge).error());
  wanted.challenge = *std::move(challenge);
  wanted.email = call.text_or_empty("email");
  wanted.password = call.text_or_empty("password");
  wanted.data = call.object("data").value_or("{}");
  wanted.redirect_to = call.redirect_to();
  return wanted;
}

answer<MailRequest> mail_request_of(const Call& call) {
  MailRequest wanted{call.text_or_empty("email"), call.redirect_to()};
  auto challenge = call.challenge();
  if (!challenge) return std::unexpected(std::move(challenge).error());
  wanted.challenge = *std::move(challenge);
  return wanted;
}

}  // namespace

task<AuthHandler::Response> AuthHandler::health(Call&) {
  JsonBuilder json;
  json.open_object().member("version", options_.version).member("name", "GoTrue");
  json.member("description", "Trivet serves the API of GoTrue").close();
  co_return json_response(200, json.take());
}

task<AuthHandler::Response> AuthHandler::settings(Call&) {
  constexpr std::string_view providers[] = {
      "apple",  "azure",  "bitbucket", "discord",  "facebook",      "snapchat", "figma", "fly",
      "github", "gitlab", "google",    "keycloak", "kakao",         "linkedin", "linkedin_oidc",
      "notion", "spotify", "slack",    "slack_oidc", "workos",      "twitch",   "twitter",
      "zoom"};
  JsonBuilder json;
  json.open_object().key("external").open_object();
  json.member("anonymous_users", accounts_.options().anonymous).member("email", true);
  json.member("phone", accounts_.options().phones);
  for (const std::string_view name : providers) json.member(name, accounts_.has_provider(name));
  json.close();
  json.member("disable_signup", !accounts_.options().sign_up);
  json.member("mailer_autoconfirm", accounts_.options().autoconfirm);
  json.member("phone_autoconfirm", accounts_.options().phone_autoconfirm);
  json.member("sms_provider", accounts_.can_text() ? "hook" : "");
  json.member("saml_enabled", false).member("saml_private_key_next_configured", false);
  json.member("passkeys_enabled", accounts_.options().passkeys).close();
  co_return json_response(200, json.take());
}

task<AuthHandler::Response> AuthHandler::keys(Call&) {
  http::Response response;
  response.content_type = "application/json";
  response.body = accounts_.public_jwks();
  response.set("Cache-Control", "public, max-age=600");
  co_return response;
}

task<AuthHandler::Response> AuthHandler::sign_up(Call& call) {
  AUTH_CHECK(refuse_both(call));
  if (has_phone(call)) {
    auto done = co_await sign_up_by_phone(call);
    co_return done;
  }
  AUTH_TRY(SignUp wanted, sign_up_of(call));
  if (wanted.email.empty()) {
    auto issued = co_await accounts_.sign_in_anonymously(wanted.data, call.client);
    if (!issued) co_return std::unexpected(std::move(issued).error());
    co_return session_response(*issued);
  }
  if (wanted.password.empty())
    co_return refuse(400, "validation_failed", "Signup requires a valid password");
  auto done = co_await accounts_.sign_up(std::move(wanted), call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  if (done->issued) co_return session_response(*done->issued);
  co_return json_response(200, user_json(done->user));
}

task<AuthHandler::Response> AuthHandler::token(Call& call) {
  const std::string type = call.query("grant_type");
  if (type == "password") {
    auto done = co_await token_by_password(call);
    co_return done;
  }
  if (type == "refresh_token") {
    auto done = co_await token_by_refresh(call);
    co_return done;
  }
  if (type == "pkce") {
    auto done = co_await token_by_code(call);
    co_return done;
  }
  if (type == "id_token") {
    auto done = co_await token_by_id_token(call);
    co_return done;
  }
  if (type == "web3") co_return refuse(422, "web3_provider_disabled", "Web3 provider is disabled");
  co_return refuse(400, "invalid_credentials", "unsupported_grant_type");
}

task<AuthHandler::Response> AuthHandler::token_by_password(Call& call) {
  AUTH_CHECK(refuse_both(call));
  trivet::auth::Login who{call.text_or_empty("email"), call.text_or_empty("phone")};
  auto issued = co_await accounts_.sign_in(std::move(who), call.text_or_empty("password"), call.client);
  if (!issued) co_return std::unexpected(std::move(issued).error());
  co_return session_response(*issued);
}

task<AuthHandler::Response> AuthHandler::token_by_refresh(Call& call) {
  const std::string token = call.text_or_empty("refresh_token");
  if (token.empty()) co_return refuse(400, "validation_failed", "refresh_token required");
  auto issued = co_await accounts_.refresh(token, call.client);
  if (!issued) co_return std::unexpected(std::move(issued).error());
  co_return session_response(*issued);
}

task<AuthHandler::Response> AuthHandler::token_by_code(Call& call) {
  const std::string code = call.text_or_empty("auth_code");
  const std::string verifier = call.text_or_empty("code_verifier");
  if (code.empty() || verifier.empty())
    co_return refuse(400, "validation_failed",
                     "invalid request: both auth code and code verifier should be non-empty");
  auto issued = co_await accounts_.exchange_code(code, verifier, call.client);
  if (!issued) co_return std::unexpected(std::move(issued).error());
  co_return session_response(*issued);
}

task<AuthHandler::Response> AuthHandler::otp(Call& call) {
  AUTH_CHECK(refuse_both(call));
  if (has_phone(call)) {
    auto done = co_await otp_by_phone(call);
    co_return done;
  }
  const bool creates = call.flag("create_user").value_or(true);
  const auto unknown = creates ? Accounts::Unknown::sign_up : Accounts::Unknown::refuse;
  AUTH_TRY(SignUp wanted, sign_up_of(call));
  auto sent = co_await accounts_.send_magic_link(std::move(wanted), unknown, call.client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  co_return json_response(200, "{}");
}

task<AuthHandler::Response> AuthHandler::magic_link(Call& call) {
  AUTH_TRY(SignUp wanted, sign_up_of(call));
  auto sent = co_await accounts_.send_magic_link(std::move(wanted), Accounts::Unknown::sign_up,
                                                 call.client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  co_return json_response(200, "{}");
}

task<AuthHandler::Response> AuthHandler::recover(Call& call) {
  AUTH_TRY(MailRequest wanted, mail_request_of(call));
  auto sent = co_await accounts_.send_recovery(std::move(wanted), call.client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  co_return json_response(200, "{}");
}

task<AuthHandler::Response> AuthHandler::resend(Call& call) {
  AUTH_CHECK(refuse_both(call));
  const std::string type = call.text_or_empty("type");
  if (type == "sms" || type == "phone_change") {
    auto done = co_await resend_to_phone(call);
    co_return done;
  }
  if (type != "signup" && type != "email_change")
    co_return refuse(400, "validation_failed",
                     "Missing one of these types: signup, email_change, sms, phone_change");
  AUTH_TRY(MailRequest wanted, mail_request_of(call));
  auto sent = co_await accounts_.resend(type, std::move(wanted), call.client);
  if (!sent) co_return std::unexpected(std::move(sent).error());
  co_return json_response(200, "{}");
}

task<AuthHandler::Response> AuthHandler::verify(Call& call) {
  AUTH_CHECK(refuse_both(call));
  Verification given;
  given.type = call.text_or_empty("type");
  given.link = call.text_or_empty("token_hash");
  given.email = call.text_or_empty("email");
  given.phone = call.text_or_empty("phone");
  given.code = call.text_or_empty("token");
  const bool has_address = !given.email.empty() || !given.phone.empty();
  if (given.link.empty() && (!has_address || given.code.empty()))
    co_return refuse(400, "validation_failed",
                     "Verify requires either a token or a token hash, and an email or phone with a token");
  auto verified = co_await accounts_.verify(std::move(given), call.client);
  if (!verified) co_return std::unexpected(std::move(verified).error());
  if (verified->issued) co_return session_response(*verified->issued);
  co_return json_response(
      200,
      R"({"msg":"Confirmation link accepted. Please proceed to confirm link sent to the other email","code":"200"})");
}

task<AuthHandler::Response> AuthHandler::verify_link(Call& call) {
  std::string target = accounts_.redirect_for(call.redirect_to());
  Verification given;
  given.type = call.query("type");
  given.link = call.query("token");
  given.how = Verification::How::followed;
  const std::string type = given.type;
  if (given.link.empty()) co_return refuse(400, "validation_failed", "Verify requires a token");
  const bool wants_code = given.link.starts_with(trivet::auth::code_link_prefix);
  const Where where = wants_code ? Where::query_and_fragment : Where::fragment;
  auto verified = co_await accounts_.verify(std::move(given), call.client);
  if (!verified) {
    if (verified.error().status >= 500) call.request.problem = verified.error().log_text;
    co_return see_other(std::move(target), error_parameters(verified.error()), where);
  }
  if (!verified->code.empty())
    co_return see_other(std::move(target), {{"code", verified->code}}, Where::query);
  if (verified->issued)
    co_return see_other(std::move(target), session_parameters(*verified->issued, type),
                        Where::fragment);
  const std::string message =
      "Confirmation link accepted. Please proceed to confirm link sent to the other email";
  co_return see_other(std::move(target), {{"message", message}}, where);
}

}  // namespace trivet::api::accounts
