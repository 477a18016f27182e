#include "api/auth/handler.h"

#include <arpa/inet.h>

#include <algorithm>

#include "api/auth/encode.h"
#include "auth/accounts/json_object.h"
#include "http/text.h"

namespace trivet::api::accounts {

using http::Method;
using trivet::auth::Rate;
using trivet::auth::refuse;

namespace {

constexpr std::string_view prefix = "/auth/v1";

// `client`: a user, or a program that acts in a user's name.
enum class Who : uint8_t { anyone, user, client, admin };
// How a body is written.
enum class Reads : uint8_t { json, form };
enum class Limited : uint8_t { no, token, verify, mail, challenge, factor };

// Section 8.7; the burst is a setting.
constexpr double per_second(Limited kind) {
  if (kind == Limited::token) return 150.0 / 300;
  return kind == Limited::challenge || kind == Limited::factor ? 15.0 / 60 : 30.0 / 300;
}
constexpr std::string_view name_of(Limited kind) {
  constexpr std::string_view names[] = {"", "token", "verify", "mail", "challenge", "factor"};
  return names[static_cast<size_t>(kind)];
}

// What this server doesn't have, by the beginning of the path: longest first.
struct Absent {
  std::string_view path;
  int status;
  std::string_view code;
  std::string_view message;
};
constexpr Absent absent[] = {
    {"/factors/recovery-codes", 422, "mfa_recovery_codes_enroll_not_enabled",
     "Recovery codes are not there yet"},
    {"/sso", 404, "saml_provider_disabled", "SAML 2.0 is disabled"},
    {"/admin/sso/", 404, "saml_provider_disabled", "SAML 2.0 is disabled"},
    {"/admin/custom-providers", 404, "feature_disabled", "Custom providers are not enabled"},
};

// What rates count as one client: an address, or the network of 64 bits that one IPv6 subscriber
// has.
std::string network_of(const std::string& address) {
  in6_addr parsed{};
  if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1 || IN6_IS_ADDR_V4MAPPED(&parsed))
    return address;
  std::fill(std::begin(parsed.s6_addr) + 8, std::end(parsed.s6_addr), uint8_t{0});
  char text[INET6_ADDRSTRLEN];
  return std::string(inet_ntop(AF_INET6, &parsed, text, sizeof text)) + "/64";
}

}  // namespace

struct AuthHandler::Route {
  Method method;
  std::string_view path;  // a '*' stands for an id
  Who who;
  Limited limited;
  task<Response> (AuthHandler::*run)(Call&);
  Reads reads = Reads::json;
};

struct AuthHandler::Found {
  const Route* route;
  std::vector<std::string> ids;
};

namespace {

// Where programs would guess, or make others get mails (section 8.9).
bool asks_for_captcha(std::string_view path, const Call& call) {
  constexpr std::string_view paths[] = {"/signup",    "/recover", "/resend",
                                        "/magiclink", "/otp",     "/passkeys/authentication/options"};
  if (path == "/token") return call.query("grant_type") == "password";
  return std::ranges::find(paths, path) != std::end(paths);
}

// The ids in `path` if it is one of the route's.
std::optional<std::vector<std::string>> match(std::string_view path, std::string_view route) {
  std::vector<std::string> ids;
  while (!route.empty() && !path.empty()) {
    const std::string_view wanted = http::take_until(route, '/');
    const std::string_view given = http::take_until(path, '/');
    if (wanted == "*" && !given.empty())
      ids.emplace_back(given);
    else if (wanted != given)
      return std::nullopt;
  }
  if (!route.empty() || !path.empty()) return std::nullopt;
  return ids;
}

// Also of RFC 8414, 3.1: /.well-known/oauth-authorization-server/auth/v1.
std::string_view below_prefix(const http::Request& request) {
  if (request.path.starts_with("/.well-known/"))
    return request.path.substr(0, request.path.rfind(prefix));
  std::string_view path = request.path.substr(std::min(prefix.size(), request.path.size()));
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

}  // namespace

struct AuthHandler::Routes {
  using H = AuthHandler;
  static constexpr Route all[] = {
      {Method::get, "/health", Who::anyone, Limited::no, &H::health},
      {Method::get, "/settings", Who::anyone, Limited::no, &H::settings},
      {Method::get, "/.well-known/jwks.json", Who::anyone, Limited::no, &H::keys},
      {Method::post, "/signup", Who::anyone, Limited::mail, &H::sign_up},
      {Method::post, "/token", Who::anyone, Limited::token, &H::token},
      {Method::post, "/otp", Who::anyone, Limited::mail, &H::otp},
      {Method::post, "/magiclink", Who::anyone, Limited::mail, &H::magic_link},
      {Method::post, "/recover", Who::anyone, Limited::mail, &H::recover},
      {Method::post, "/resend", Who::anyone, Limited::mail, &H::resend},
      {Method::get, "/verify", Who::anyone, Limited::verify, &H::verify_link},
      {Method::post, "/verify", Who::anyone, Limited::verify, &H::verify},
      {Method::get, "/authorize", Who::anyone, Limited::token, &H::authorize},
      {Method::get, "/callback", Who::anyone, Limited::token, &H::callback},
      {Method::post, "/callback", Who::anyone, Limited::token, &H::callback, Reads::form},
      {Method::get, "/user", Who::client, Limited::no, &H::user},
      {Method::put, "/user", Who::user, Limited::mail, &H::change_user},
      {Method::get, "/reauthenticate", Who::user, Limited::mail, &H::reauthenticate},
      {Method::post, "/logout", Who::user, Limited::no, &H::log_out},
      {Method::get, "/user/identities/authorize", Who::user, Limited::token, &H::link},
      {Method::delete_, "/user/identities/*", Who::user, Limited::no, &H::unlink},
      {Method::post, "/passkeys/authentication/options", Who::anyone, Limited::verify,
       &H::passkey_sign_in_options},
      {Method::post, "/passkeys/authentication/verify", Who::anyone, Limited::verify,
       &H::passkey_sign_in},
      {Method::post, "/passkeys/registration/options", Who::user, Limited::no, &H::passkey_options},
      {Method::post, "/passkeys/registration/verify", Who::user, Limited::no, &H::register_passkey},
      {Method::get, "/passkeys", Who::user, Limited::no, &H::list_passkeys},
      {Method::patch, "/passkeys/*", Who::user, Limited::no, &H::update_passkey},
      {Method::delete_, "/passkeys/*", Who::user, Limited::no, &H::delete_passkey},
      {Method::get, "/admin/users/*/passkeys", Who::admin, Limited::no, &H::list_passkeys_of},
      {Method::delete_, "/admin/users/*/passkeys/*", Who::admin, Limited::no,
       &H::delete_passkey_of},
      {Method::post, "/factors", Who::user, Limited::no, &H::enroll_factor},
      {Method::post, "/factors/*/challenge", Who::user, Limited::challenge, &H::challenge_factor},
      {Method::post, "/factors/*/verify", Who::user, Limited::factor, &H::verify_factor},
      {Method::delete_, "/factors/*", Who::user, Limited::no, &H::unenroll_factor},
      {Method::get, "/admin/users/*/factors", Who::admin, Limited::no, &H::list_factors},
      {Method::put, "/admin/users/*/factors/*", Who::admin, Limited::no, &H::update_factor},
      {Method::delete_, "/admin/users/*/factors/*", Who::admin, Limited::no, &H::delete_factor},
      {Method::get, "/.well-known/openid-configuration", Who::anyone, Limited::no,
       &H::oauth_metadata},
      {Method::get, "/.well-known/oauth-authorization-server", Who::anyone, Limited::no,
       &H::oauth_metadata},
      {Method::get, "/oauth/authorize", Who::anyone, Limited::token, &H::oauth_authorize},
      {Method::post, "/oauth/authorize", Who::anyone, Limited::token, &H::oauth_authorize,
       Reads::form},
      {Method::get, "/oauth/consent", Who::anyone, Limited::no, &H::oauth_consent_page},
      {Method::get, "/oauth/authorizations/*", Who::user, Limited::token, &H::oauth_look},
      {Method::post, "/oauth/authorizations/*/consent", Who::user, Limited::token,
       &H::oauth_decide},
      {Method::post, "/oauth/token", Who::anyone, Limited::no, &H::oauth_token, Reads::form},
      {Method::get, "/oauth/userinfo", Who::client, Limited::no, &H::oauth_userinfo},
      {Method::post, "/oauth/userinfo", Who::client, Limited::no, &H::oauth_userinfo, Reads::form},
      {Method::post, "/oauth/clients/register", Who::anyone, Limited::no, &H::oauth_register},
      {Method::get, "/user/oauth/grants", Who::user, Limited::no, &H::list_grants},
      {Method::delete_, "/user/oauth/grants", Who::user, Limited::no, &H::revoke_grant},
      {Method::get, "/admin/oauth/clients", Who::admin, Limited::no, &H::list_clients},
      {Method::post, "/admin/oauth/clients", Who::admin, Limited::no, &H::create_client},
      {Method::get, "/admin/oauth/clients/*", Who::admin, Limited::no, &H::get_client},
      {Method::put, "/admin/oauth/clients/*", Who::admin, Limited::no, &H::update_client},
      {Method::delete_, "/admin/oauth/clients/*", Who::admin, Limited::no, &H::delete_client},
      {Method::post, "/admin/oauth/clients/*/regenerate_secret", Who::admin, Limited::no,
       &H::regenerate_secret},
      {Method::get, "/admin/users", Who::admin, Limited::no, &H::list_users},
      {Method::post, "/admin/users", Who::admin, Limited::no, &H::create_user},
      {Method::get, "/admin/users/*", Who::admin, Limited::no, &H::get_user},
      {Method::put, "/admin/users/*", Who::admin, Limited::no, &H::update_user},
      {Method::delete_, "/admin/users/*", Who::admin, Limited::no, &H::delete_user},
      {Method::get, "/admin/audit", Who::admin, Limited::no, &H::list_events},
      {Method::post, "/invite", Who::admin, Limited::no, &H::invite},
      {Method::post, "/admin/generate_link", Who::admin, Limited::no, &H::generate_link},
  };
};

answer<AuthHandler::Found> AuthHandler::find_route(const http::Request& request) {
  const std::string_view path = below_prefix(request);
  bool is_known = false;
  for (const Route& route : Routes::all) {
    auto ids = match(path, route.path);
    if (!ids) continue;
    is_known = true;
    if (route.method == request.method) return Found{&route, *std::move(ids)};
  }
  for (const Absent& entry : absent)
    if (is_known ? path == entry.path : path.starts_with(entry.path))
      return refuse(entry.status, std::string(entry.code), std::string(entry.message));
  if (is_known) return refuse(405, "validation_failed", "Method not allowed");
  return refuse(404, "validation_failed", "There is no such endpoint");
}

task<http::Response> AuthHandler::handle(const http::Request& request) {
  request.route = "auth";
  Response done = co_await run(request);
  if (done) co_return *std::move(done);
  if (done.error().status >= 500) request.problem = done.error().log_text;
  http::Response response = error_response(done.error(), request);
  const int status = response.status;
  if (request.path.ends_with("/oauth/userinfo") && (status == 401 || status == 403)) {
    response.status = 401;  // RFC 6750, 3.1
    response.set("WWW-Authenticate", status == 401 ? "Bearer" : "Bearer error=\"invalid_token\"");
  }
  co_return response;
}

task<AuthHandler::Response> AuthHandler::run(const http::Request& request) {
  AUTH_CHECK(check_oauth(request));
  AUTH_TRY(Found found, find_route(request));
  const bool is_json = found.route->reads == Reads::json;
  AUTH_TRY(const JsonValue body, parse_body(is_json ? request.body : std::string_view()));
  Call call{request, {}, body, std::move(found.ids)};
  call.client.deadline = request.deadline;
  call.client.ip = request.client_address;
  call.client.network = network_of(call.client.ip);
  call.client.user_agent = std::string(request.header("user-agent"));
  AUTH_CHECK(limit(*found.route, call));
  // Kept until the answer is there: the call points to it.
  std::shared_ptr<const Identity> identity;
  if (found.route->who != Who::anyone) {
    AUTH_TRY(identity, identify(request));
    call.identity = identity.get();
  }
  auto admitted = co_await admit(*found.route, call);
  if (!admitted) co_return std::unexpected(std::move(admitted).error());
  AUTH_CHECK(co_await check_captcha(*found.route, call));
  auto done = co_await (this->*found.route->run)(call);
  co_return done;
}

// Not of operators, who sign others up.
task<answer<void>> AuthHandler::check_captcha(const Route& route, Call& call) {
  if (options_.captcha == nullptr || !asks_for_captcha(route.path, call)) co_return answer<void>();
  const auto identity = identify(call.request);
  if (identity && (*identity)->role == Role::service) co_return answer<void>();
  const std::optional<JsonValue> security = call.body.find("gotrue_meta_security");
  const std::optional<JsonValue> token = security ? security->find("captcha_token") : std::nullopt;
  std::string text;
  if (token && token->kind() == JsonKind::string) token->as_string().append_to(text);
  co_return co_await options_.captcha->check(std::move(text), call.client.ip);
}

answer<std::shared_ptr<const Identity>> AuthHandler::identify(
    const http::Request& request) const {
  auto known = authenticator_.authenticate(request);
  if (known) return *std::move(known);
  if (known.error().code == ErrorCode::bad_api_key)
    return refuse(401, "no_authorization", "Invalid API key");
  return refuse(403, "bad_jwt",
                "invalid JWT: unable to parse or verify signature, " + known.error().message);
}

answer<void> AuthHandler::limit(const Route& route, const Call& call) const {
  if (route.limited == Limited::no) return {};
  const Rate rate{options_.burst, per_second(route.limited)};
  const std::string key = std::string(name_of(route.limited)) + ' ' + call.client.network;
  if (limiter_.take(key, rate, accounts_.now_us()) == 0) return {};
  return refuse(429, "over_request_rate_limit", "Request rate limit reached");
}

task<answer<void>> AuthHandler::admit(const Route& route, Call& call) {
  if (route.who == Who::anyone) co_return answer<void>();
  const Identity& identity = *call.identity;
  if (route.who == Who::admin) {
    if (identity.role == Role::service) {
      // An operator is a user as well: one who was banned or signed out is none.
      if (!JsonValue::trusted(identity.claims_json.empty() ? "{}" : identity.claims_json).find("session_id"))
        co_return answer<void>();
      auto operates = co_await admit_user(call);
      co_return operates;
    }
    if (!call.request.has_header("authorization"))
      co_return refuse(401, "no_authorization", "This endpoint requires a Bearer token");
    co_return refuse(403, "not_admin", "User not allowed");
  }
  if (route.who == Who::client) {
    auto admitted = co_await admit_user_or_client(call);
    co_return admitted;
  }
  auto admitted = co_await admit_user(call);
  co_return admitted;
}

// A program acts in a user's name towards the data; the account stays the user's alone.
task<answer<void>> AuthHandler::admit_user(Call& call) {
  auto admitted = co_await admit_user_or_client(call);
  if (!admitted) co_return admitted;
  if (call.caller.session && !call.caller.session->client_id.empty())
    co_return refuse(403, "insufficient_scope", "A program's token is not for the user's account");
  co_return answer<void>();
}

task<answer<void>> AuthHandler::admit_user_or_client(Call& call) {
  const Identity& identity = *call.identity;
  if (!call.request.has_header("authorization"))
    co_return refuse(401, "no_authorization", "This endpoint requires a Bearer token");
  // No leeway here (section 1.2), unlike where rows are asked for.
  if (!identity.claims_json.empty()) {
    const std::optional<JsonValue> expires = JsonValue::trusted(identity.claims_json).find("exp");
    const double at = expires ? std::strtod(std::string(expires->raw()).c_str(), nullptr) : 0;
    if (expires && static_cast<double>(accounts_.now_us()) / 1e6 >= at)
      co_return refuse(403, "bad_jwt",
                       "invalid JWT: unable to parse or verify signature, token is expired");
  }
  auto caller = co_await accounts_.find_caller(identity.claims_json, call.client);
  if (!caller) co_return std::unexpected(std::move(caller).error());
  call.caller = *std::move(caller);
  co_return answer<void>();
}

}  // namespace trivet::api::accounts
