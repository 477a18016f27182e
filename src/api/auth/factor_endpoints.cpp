// Endpoints of second factors, for users and operators (dialects/auth.md, sections 6 and 7).
#include "api/auth/credential.h"
#include "api/auth/encode.h"
#include "api/auth/handler.h"

namespace trivet::api::accounts {

using trivet::auth::Enrolment;
using trivet::auth::FactorAnswer;
using trivet::auth::refuse;

namespace {

// What the browser is to ask an authenticator for: to register while the factor is new.
std::string ceremony_json(const trivet::auth::Challenged& challenged, std::string_view host,
                          const trivet::auth::User& user) {
  const bool is_new = !challenged.factor.is_verified();
  const std::string& challenge = challenged.challenge.challenge;
  const std::string own[] = {challenged.factor.credential_id};
  JsonBuilder json;
  json.open_object().member("type", is_new ? "create" : "request").key("credential_options").open_object();
  json.key("publicKey");
  if (is_new)
    json.raw(creation_options({host, user, challenge, challenged.existing, Residence::discouraged}));
  else
    json.raw(request_options(host, challenge, own));
  json.close().close();
  return json.take();
}

}  // namespace

task<AuthHandler::Response> AuthHandler::enroll_factor(Call& call) {
  Enrolment wanted;
  wanted.type = call.text_or_empty("factor_type");
  wanted.name = call.text_or_empty("friendly_name");
  wanted.issuer = call.text_or_empty("issuer");
  wanted.phone = call.text_or_empty("phone");
  auto enrolled = co_await accounts_.enroll_factor(call.caller, std::move(wanted), call.client);
  if (!enrolled) co_return std::unexpected(std::move(enrolled).error());
  JsonBuilder json;
  json.open_object().member("id", enrolled->factor.id).member("type", enrolled->factor.factor_type);
  json.member("friendly_name", enrolled->factor.friendly_name);
  if (enrolled->factor.factor_type == "phone") json.member("phone", enrolled->factor.phone);
  if (!enrolled->secret.empty()) {
    json.key("totp").open_object().member("qr_code", enrolled->image).member("secret", enrolled->secret);
    json.member("uri", enrolled->uri).close();
  }
  json.close();
  co_return json_response(200, json.take());
}

task<AuthHandler::Response> AuthHandler::challenge_factor(Call& call) {
  trivet::auth::ChallengeRequest wanted{call.ids.front(), call.text_or_empty("channel")};
  auto challenged = co_await accounts_.challenge_factor(call.caller, std::move(wanted), call.client);
  if (!challenged) co_return std::unexpected(std::move(challenged).error());
  JsonBuilder json;
  json.open_object().member("id", challenged->challenge.id);
  json.member("type", challenged->factor.factor_type);
  json.member("expires_at", challenged->expires_at);
  if (!challenged->challenge.challenge.empty())
    json.key("webauthn").raw(ceremony_json(*challenged, accounts_.relying_party().id, call.caller.user));
  json.close();
  co_return json_response(200, json.take());
}

task<AuthHandler::Response> AuthHandler::verify_factor(Call& call) {
  FactorAnswer given{call.ids.front(), call.text_or_empty("challenge_id"),
                     call.text_or_empty("code")};
  const auto webauthn = call.body.find("webauthn");
  const Credential credential(webauthn ? webauthn->find("credential_response") : std::nullopt);
  if (credential.is_there()) {
    given.credential_id = credential.id;
    given.registration = credential.registration();
    given.assertion = credential.assertion();
  }
  if (given.challenge_id.empty() || (given.code.empty() && !credential.is_there()))
    co_return refuse(400, "validation_failed",
                     "Verify requires a challenge_id and a code, or webauthn with a credential_response");
  auto issued = co_await accounts_.verify_factor(call.caller, std::move(given), call.client);
  if (!issued) co_return std::unexpected(std::move(issued).error());
  co_return session_response(*issued);
}

task<AuthHandler::Response> AuthHandler::unenroll_factor(Call& call) {
  auto done = co_await accounts_.unenroll_factor(call.caller, call.ids.front(), call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  JsonBuilder json;
  json.open_object().member("id", call.ids.front()).close();
  co_return json_response(200, json.take());
}

task<AuthHandler::Response> AuthHandler::list_factors(Call& call) {
  auto user = co_await accounts_.find_user(call.ids.front(), call.client);
  if (!user) co_return std::unexpected(std::move(user).error());
  JsonBuilder json;
  json.open_array();
  for (const trivet::auth::Factor& factor : user->factors) json.raw(factor_json(factor));
  json.close();
  co_return json_response(200, json.take());
}

task<AuthHandler::Response> AuthHandler::update_factor(Call& call) {
  auto factor = co_await accounts_.find_factor(call.ids.front(), call.ids.back(), call.client);
  if (!factor) co_return std::unexpected(std::move(factor).error());
  if (const std::string phone = call.text_or_empty("phone"); !phone.empty()) {
    factor->phone = trivet::auth::normalize_phone(phone);
    if (factor->factor_type != "phone" || factor->phone.empty())
      co_return refuse(400, "validation_failed", "phone is an E.164 number, of a factor that is a phone");
  }
  const std::string name = call.text("friendly_name").value_or(factor->friendly_name);
  auto renamed = co_await accounts_.rename_factor(*std::move(factor), name, call.client);
  if (!renamed) co_return std::unexpected(std::move(renamed).error());
  co_return json_response(200, factor_json(*renamed));
}

task<AuthHandler::Response> AuthHandler::delete_factor(Call& call) {
  auto factor = co_await accounts_.find_factor(call.ids.front(), call.ids.back(), call.client);
  if (!factor) co_return std::unexpected(std::move(factor).error());
  auto done = co_await accounts_.delete_factor(*factor, call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return json_response(200, factor_json(*factor));
}

}  // namespace trivet::api::accounts
