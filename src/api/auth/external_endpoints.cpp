// Endpoints of signing in elsewhere (dialects/auth.md, 5, 6 and 8.5). The browser that leaves gets a cookie,
// and comes back with it or in vain.
#include <algorithm>

#include "api/auth/encode.h"
#include "api/auth/handler.h"
#include "api/auth/redirect.h"
#include "auth/proof/pkce.h"

namespace trivet::api::accounts {

using trivet::auth::ExternalAway;
using trivet::auth::ExternalEnd;
using trivet::auth::ExternalReturn;
using trivet::auth::ExternalStart;
using trivet::auth::ExternalToken;
using trivet::auth::refuse;

namespace {

constexpr size_t extra_max = 16;
constexpr size_t words_bytes_max = 256;

// Ours, or what nobody but us may say to a provider.
constexpr std::string_view reserved[] = {
    "provider",       "redirect_to",   "scopes",         "invite_token",          "skip_http_redirect",
    "apikey",         "client_id",     "client_secret",  "redirect_uri",          "response_type",
    "response_mode",  "state",         "nonce",          "code_challenge",        "code_challenge_method",
    "code_verifier",  "scope",         "request",        "request_uri",           "sb_flow_id"};

std::vector<std::string> words_of(std::string text) {
  std::ranges::replace(text, ',', ' ');
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

answer<ExternalStart> start_of(const Call& call) {
  const Pairs asked = decode_pairs(call.request.query);
  ExternalStart start;
  start.provider = find_value(asked, "provider");
  start.redirect_to = call.redirect_to();
  start.scopes = words_of(find_value(asked, "scopes"));
  auto challenge = trivet::auth::check_challenge(find_value(asked, "code_challenge"),
                                                 find_value(asked, "code_challenge_method"));
  if (!challenge) return std::unexpected(std::move(challenge).error());
  start.challenge = *std::move(challenge);
  for (const auto& pair : asked)
    if (std::ranges::find(reserved, pair.first) == std::end(reserved)) start.extra.push_back(pair);
  if (start.extra.size() > extra_max)
    return refuse(400, "validation_failed", "Too many parameters for the provider");
  return start;
}

http::Response found(const std::string& url) {
  http::Response response;
  response.status = 302;
  response.set("Location", url);
  response.set("Cache-Control", "no-store");
  response.set("Referrer-Policy", "no-referrer");
  return response;
}

// A word of the provider's, if it is one (RFC 6749, 4.1.2.1).
std::string error_of(const std::string& text) {
  const bool is_word = text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
  return is_word ? text : "server_error";
}

}  // namespace

std::string AuthHandler::cookie_name() const {
  // RFC 6265bis, 4.1.3.2: nobody but this host can have set it. Browsers want HTTPS for that.
  return accounts_.options().external_url.starts_with("https://") ? "__Host-trivet-sign-in"
                                                                  : "trivet-sign-in";
}

void AuthHandler::keep_browser(const ExternalAway& away, http::Response& response) const {
  const std::string name = cookie_name();
  const bool is_secure = name.starts_with("__Host-");
  response.set("Set-Cookie", name + '=' + away.browser + "; Path=/; Max-Age=3600; HttpOnly" +
                                 (is_secure ? "; Secure" : "") +
                                 (is_secure && away.cross_site ? "; SameSite=None"
                                                               : "; SameSite=Lax"));
}

task<AuthHandler::Response> AuthHandler::authorize(Call& call) {
  AUTH_TRY(ExternalStart start, start_of(call));
  start.browser = call.cookie(cookie_name());
  auto away = co_await accounts_.begin_external(std::move(start), call.client);
  if (!away) co_return std::unexpected(std::move(away).error());
  http::Response response = found(away->url);
  keep_browser(*away, response);
  co_return response;
}

task<AuthHandler::Response> AuthHandler::callback(Call& call) {
  const bool is_form = call.request.method == http::Method::post;
  const Pairs given = decode_pairs(is_form ? call.request.body : call.request.query);
  ExternalReturn back{find_value(given, "state"), find_value(given, "code"),
                      find_value(given, "iss"),   find_value(given, "user"),
                      find_value(given, "error"),
                      find_value(given, "error_description").substr(0, words_bytes_max),
                      call.cookie(cookie_name())};
  ExternalEnd end = co_await accounts_.finish_external(std::move(back), call.client);
  const Where where = end.wants_code ? Where::query : Where::fragment;
  http::Response response;
  if (end.refusal) {
    if (end.refusal->status >= 500) call.request.problem = end.refusal->log_text;
    Parameters parameters = error_parameters(*end.refusal);
    if (!end.error.empty()) parameters.front().second = error_of(end.error);
    response = see_other(std::move(end.redirect_to), parameters, Where::query_and_fragment);
  } else if (end.issued) {
    response = see_other(std::move(end.redirect_to), session_parameters(*end.issued, ""), where);
  } else {
    response = see_other(std::move(end.redirect_to), {{"code", end.code}}, where);
  }
  // Also where the browser came by POST: 303 makes it a GET.
  response.status = is_form ? 303 : 302;
  co_return response;
}

task<AuthHandler::Response> AuthHandler::link(Call& call) {
  AUTH_CHECK(accounts_.check_may_link(call.caller));
  AUTH_TRY(ExternalStart start, start_of(call));
  // Else whoever is sent to the address would give their own identity to the account that made it.
  if (start.challenge.empty())
    co_return refuse(400, "validation_failed",
                     "Linking an identity needs the PKCE flow: make the client with flowType 'pkce'");
  start.linking_user = call.caller.user.id;
  auto away = co_await accounts_.begin_external(std::move(start), call.client);
  if (!away) co_return std::unexpected(std::move(away).error());
  if (call.query("skip_http_redirect") != "true") co_return found(away->url);
  JsonBuilder json;
  json.open_object().member("url", away->url).close();
  co_return json_response(200, json.take());
}

task<AuthHandler::Response> AuthHandler::unlink(Call& call) {
  auto done = co_await accounts_.unlink_identity(call.caller, call.ids.front(), call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return json_response(200, "{}");
}

// A bad token is told as OAuth tells it (dialects/auth.md, section 2).
task<AuthHandler::Response> AuthHandler::token_by_id_token(Call& call) {
  ExternalToken given{call.text_or_empty("provider"), call.text_or_empty("id_token"),
                      call.text_or_empty("access_token"), call.text_or_empty("nonce")};
  if (given.token.empty()) co_return refuse(400, "validation_failed", "id_token required");
  std::string linking_user;
  std::shared_ptr<const Identity> identity;
  if (call.flag("link_identity").value_or(false)) {
    AUTH_TRY(identity, identify(call.request));
    call.identity = identity.get();
    auto admitted = co_await admit_user(call);
    if (!admitted) co_return std::unexpected(std::move(admitted).error());
    AUTH_CHECK(accounts_.check_may_link(call.caller));
    linking_user = call.caller.user.id;
  }
  auto issued = co_await accounts_.sign_in_with_token(std::move(given), std::move(linking_user),
                                                      call.client);
  if (issued) co_return session_response(*issued);
  if (issued.error().code != "invalid_credentials")
    co_return std::unexpected(std::move(issued).error());
  JsonBuilder json;
  json.open_object().member("error", "invalid_request");
  json.member("error_description", issued.error().message).close();
  co_return json_response(400, json.take());
}

}  // namespace trivet::api::accounts
