// Endpoints of the OAuth server: for programs and for the users they ask (dialects/auth.md, 7.1).
#include <algorithm>

#include "api/auth/encode.h"
#include "api/auth/handler.h"
#include "api/auth/oauth_wire.h"
#include "api/auth/redirect.h"
#include "auth/oauth_server/scope.h"
#include "http/text.h"

namespace trivet::api::accounts {

using trivet::auth::Asked;
using trivet::auth::AuthorizeRequest;
using trivet::auth::ClientRegistration;
using trivet::auth::Decision;
using trivet::auth::OAuthClient;
using trivet::auth::Rate;
using trivet::auth::refuse;
using trivet::auth::TokenAnswer;
using trivet::auth::TokenRequest;

namespace {

// Of one program, whose users may all come from the program's own address.
constexpr Rate program_rate{300, 1500.0 / 300};
constexpr Rate registration_rate{10, 10.0 / 300};

std::string token_json(const TokenAnswer& issued) {
  JsonBuilder json;
  json.open_object().member("access_token", issued.access_token).member("token_type", "bearer");
  json.member("expires_in", issued.expires_in);
  if (!issued.refresh_token.empty()) json.member("refresh_token", issued.refresh_token);
  if (!issued.id_token.empty()) json.member("id_token", issued.id_token);
  if (!issued.scope.empty()) json.member("scope", issued.scope);
  return json.close().take();
}

std::string redirect_json(const std::string& url) {
  JsonBuilder json;
  return json.open_object().member("redirect_url", url).close().take();
}

std::string asked_json(const Asked& asked, const std::string& id, const trivet::auth::User& user) {
  JsonBuilder json;
  json.open_object().member("authorization_id", id);
  json.member("redirect_uri", asked.request.redirect_uri).key("client");
  add_client_summary(json, asked.client);
  json.key("user").open_object().member("id", user.id).member("email", user.email).close();
  return json.member("scope", asked.request.scope).close().take();
}

}  // namespace

// Pages that may ask in a user's name: this server's own, the site's, those that links may lead to.
answer<void> AuthHandler::check_origin(const Call& call) const {
  const std::string origin(call.request.header("origin"));
  if (origin.empty() || oauth_->options().issuer.starts_with(origin + '/')) return {};
  for (const std::string& page : {origin, origin + '/'})
    if (accounts_.redirect_for(page) == page) return {};
  return refuse(403, "validation_failed", "This page may not ask about authorizations");
}

answer<void> AuthHandler::check_oauth(const http::Request& request) const {
  std::string_view path = request.path;
  if (oauth_ != nullptr) return {};
  const bool is_oauth = path.find("/oauth") != path.npos || path.ends_with("/openid-configuration") ||
                        path.starts_with("/.well-known/");
  if (!is_oauth) return {};
  return refuse(404, "feature_disabled", "The OAuth server is not enabled");
}

task<AuthHandler::Response> AuthHandler::oauth_metadata(Call&) {
  http::Response response;
  response.content_type = "application/json";
  response.body = metadata_json(*oauth_);
  response.set("Cache-Control", "public, max-age=600");
  co_return response;
}

task<AuthHandler::Response> AuthHandler::oauth_authorize(Call& call) {
  const bool is_get = call.request.method == http::Method::get;
  const Pairs pairs = decode_pairs(is_get ? call.request.query : std::string_view(call.request.body));
  if (has_duplicate(pairs))
    co_return refuse(400, "validation_failed", "A parameter is there more than once");
  AuthorizeRequest given;
  given.client_id = find_value(pairs, "client_id");
  given.redirect_uri = find_value(pairs, "redirect_uri");
  given.response_type = find_value(pairs, "response_type");
  given.response_mode = find_value(pairs, "response_mode");
  given.scope = find_value(pairs, "scope");
  given.state = find_value(pairs, "state");
  given.challenge = find_value(pairs, "code_challenge");
  given.challenge_method = find_value(pairs, "code_challenge_method");
  given.nonce = find_value(pairs, "nonce");
  given.resource = find_value(pairs, "resource");
  given.prompt = find_value(pairs, "prompt");
  given.has_object = !find_value(pairs, "request").empty() || !find_value(pairs, "request_uri").empty();
  for (const auto& [name, value] : pairs)
    if (value.find('\0') != value.npos)
      co_return refuse(400, "validation_failed", "A parameter holds a zero byte");
  auto target = co_await oauth_->authorize(std::move(given), call.client);
  if (!target) co_return std::unexpected(std::move(target).error());
  http::Response response;
  response.status = 303;
  response.set("Location", *target);
  response.set("Cache-Control", "no-store");
  response.set("Referrer-Policy", "no-referrer");
  co_return response;
}

task<AuthHandler::Response> AuthHandler::oauth_consent_page(Call&) {
  co_return consent_page(oauth_->make_nonce());
}

task<AuthHandler::Response> AuthHandler::oauth_look(Call& call) {
  AUTH_CHECK(check_origin(call));
  const std::string id = call.ids.front();
  auto asked = co_await oauth_->look(id, call.caller, call.client);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  if (!asked->redirect_url.empty()) co_return json_response(200, redirect_json(asked->redirect_url));
  co_return json_response(200, asked_json(*asked, id, call.caller.user));
}

task<AuthHandler::Response> AuthHandler::oauth_decide(Call& call) {
  AUTH_CHECK(check_origin(call));
  const std::string action = call.text_or_empty("action");
  if (action != "approve" && action != "deny")
    co_return refuse(400, "validation_failed", "action is approve or deny");
  const Decision decision = action == "approve" ? Decision::approve : Decision::deny;
  auto url = co_await oauth_->decide(call.ids.front(), decision, call.caller, call.client);
  if (!url) co_return std::unexpected(std::move(url).error());
  co_return json_response(200, redirect_json(*url));
}

// Everything that goes wrong here is told in the words of RFC 6749, 5.2.
task<AuthHandler::Response> AuthHandler::oauth_token(Call& call) {
  const Rate rate{options_.burst, 150.0 / 300};
  if (limiter_.take("oauth token " + call.client.network, rate, accounts_.now_us()) != 0)
    co_return oauth_error(refuse(429, "temporarily_unavailable", "Request rate limit reached").error());
  auto given = read_token_request(call.request);
  if (!given) co_return oauth_error(given.error());
  const bool is_basic = given->proof.method == "client_secret_basic";
  auto program = co_await oauth_->prove(given->proof, call.client);
  if (!program) {
    if (program.error().status >= 500) call.request.problem = program.error().log_text;
    http::Response response = oauth_error(program.error());
    if (is_basic) response.set("WWW-Authenticate", "Basic realm=\"oauth\", charset=\"UTF-8\"");
    co_return response;
  }
  // A public client is whoever says so: it counts by address.
  std::string key = "oauth client " + program->id;
  if (program->is_public()) key += ' ' + call.client.network;
  if (limiter_.take(key, program_rate, accounts_.now_us()) != 0)
    co_return oauth_error(refuse(429, "temporarily_unavailable", "Request rate limit reached").error());
  auto issued = co_await oauth_->token(*std::move(given), *std::move(program), call.client);
  if (issued) co_return json_response(200, token_json(*issued));
  if (issued.error().status >= 500) call.request.problem = issued.error().log_text;
  co_return oauth_error(issued.error());
}

task<AuthHandler::Response> AuthHandler::oauth_userinfo(Call& call) {
  const trivet::auth::User& user = call.caller.user;
  const std::string scope = claim_of(*call.identity, "scope");
  JsonBuilder json;
  json.open_object().member("sub", user.id);
  trivet::auth::add_claims(json, user, scope);
  if (trivet::auth::has_scope(scope, "phone") && !user.phone.empty())
    json.member("phone", user.phone).member("phone_verified", user.phone_confirmed_at != 0);
  if (trivet::auth::has_scope(scope, "profile")) json.key("user_metadata").raw(user.user_metadata);
  co_return json_response(200, json.close().take());
}

task<AuthHandler::Response> AuthHandler::oauth_register(Call& call) {
  if (!oauth_->options().registration)
    co_return refuse(403, "oauth_dynamic_client_registration_disabled",
                     "Programs can't register themselves here");
  const std::string key = "oauth register " + call.client.network;
  if (limiter_.take(key, registration_rate, accounts_.now_us()) != 0)
    co_return refuse(429, "over_request_rate_limit", "Request rate limit reached");
  AUTH_TRY(trivet::auth::OAuthClientChange wanted, read_client(call));
  auto made = co_await oauth_->create_client(std::move(wanted), ClientRegistration::dynamic, call.client);
  if (!made) co_return std::unexpected(std::move(made).error());
  co_return json_response(201, client_json(made->client, made->secret));
}

task<AuthHandler::Response> AuthHandler::list_grants(Call& call) {
  auto grants = co_await oauth_->list_grants(call.caller.user.id, call.client);
  if (!grants) co_return std::unexpected(std::move(grants).error());
  JsonBuilder json;
  json.open_array();
  for (const trivet::auth::Grant& grant : *grants) {
    json.open_object().key("client");
    add_client_summary(json, grant.client);
    json.key("scopes").open_array();
    std::string_view rest = grant.consent.scope;
    while (!rest.empty()) json.value(http::take_until(rest, ' '));
    json.close().member("granted_at", time_text(grant.consent.granted_at)).close();
  }
  co_return json_response(200, json.close().take());
}

task<AuthHandler::Response> AuthHandler::revoke_grant(Call& call) {
  const std::string id = call.query("client_id");
  if (id.empty()) co_return refuse(400, "validation_failed", "client_id is required");
  auto done = co_await oauth_->revoke_grant(call.caller.user.id, id, call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  http::Response response;
  response.status = 204;
  co_return response;
}

task<AuthHandler::Response> AuthHandler::list_clients(Call& call) {
  auto all = co_await oauth_->list_clients(call.client);
  if (!all) co_return std::unexpected(std::move(all).error());
  JsonBuilder json;
  json.open_object().key("clients").open_array();
  for (const OAuthClient& client : *all) json.raw(client_json(client, ""));
  co_return json_response(200, json.close().close().take());
}

task<AuthHandler::Response> AuthHandler::create_client(Call& call) {
  AUTH_TRY(trivet::auth::OAuthClientChange wanted, read_client(call));
  auto made = co_await oauth_->create_client(std::move(wanted), ClientRegistration::manual, call.client);
  if (!made) co_return std::unexpected(std::move(made).error());
  co_return json_response(201, client_json(made->client, made->secret));
}

task<AuthHandler::Response> AuthHandler::get_client(Call& call) {
  auto found = co_await oauth_->find_client(call.ids.front(), call.client);
  if (!found) co_return std::unexpected(std::move(found).error());
  co_return json_response(200, client_json(*found, ""));
}

task<AuthHandler::Response> AuthHandler::update_client(Call& call) {
  AUTH_TRY(trivet::auth::OAuthClientChange change, read_client(call));
  auto changed = co_await oauth_->update_client(call.ids.front(), std::move(change), call.client);
  if (!changed) co_return std::unexpected(std::move(changed).error());
  co_return json_response(200, client_json(*changed, ""));
}

task<AuthHandler::Response> AuthHandler::delete_client(Call& call) {
  auto done = co_await oauth_->delete_client(call.ids.front(), call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  http::Response response;
  response.status = 204;
  co_return response;
}

task<AuthHandler::Response> AuthHandler::regenerate_secret(Call& call) {
  auto made = co_await oauth_->regenerate_secret(call.ids.front(), call.client);
  if (!made) co_return std::unexpected(std::move(made).error());
  co_return json_response(200, client_json(made->client, made->secret));
}

}  // namespace trivet::api::accounts
