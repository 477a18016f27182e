#include "app/rules/identity.h"

#include "app/config/issuer_settings.h"
#include "app/config/keys_file.h"
#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/limits.h"
#include "net/run_task.h"
#include "value/json_reader.h"

namespace trivet::app {
namespace {

task<bool> wait_for(auth::AwaitedKeys awaited) {
  co_await awaited.keys->wait(std::move(awaited.wanted));
  co_return true;
}

result<Identity> identity_of_token(const Config& config, const std::string& token) {
  TRIVET_TRY(const auto keys, load_keys(config));
  if (!keys)
    return fail(ErrorCode::bad_config, "there is no secret to check the token with", {},
                "`trivet keys` makes one");
  const SystemClock clock;
  auth::AuthenticatorOptions options;
  options.audience = config.audience;
  TRIVET_TRY(options.issuers, auth::Issuers::make(issuers_of(config), {auth::fetch_document, [](auto) {}, clock}));
  const auth::Authenticator authenticator(*keys, std::move(options), clock);
  const std::string bearer = "Bearer " + token;
  http::Request request;
  request.headers.push_back({"authorization", bearer});
  if (const auto awaited = authenticator.awaited_keys(request); awaited.keys != nullptr)
    net::run_task(wait_for(awaited));
  TRIVET_TRY(const auto identity, authenticator.authenticate(request));
  return *identity;
}

}  // namespace

result<Identity> identity_of_claims(std::string_view json) {
  const auto claims = parse_json(json, Limits().json_depth_max);
  if (!claims || claims->kind() != JsonKind::object)
    return fail(ErrorCode::bad_jwt_claims, "claims are a JSON object, as in {\"id\": 1}");
  Identity identity{Role::authenticated, "authenticated", std::string(json)};
  const auto role = claims->find("role");
  if (!role || role->kind() != JsonKind::string) return identity;
  if (role->as_string().equals("service_role")) identity = {Role::service, "service_role", std::string(json)};
  if (role->as_string().equals("anon")) identity = {Role::anon, "anon", std::string(json)};
  return identity;
}

result<Identity> identity_of(const Config& config, const std::string& text) {
  if (text.empty() || text == "anon") return Identity();
  if (text == "service") return Identity{Role::service, "service_role", {}};
  if (text.starts_with('{')) return identity_of_claims(text);
  return identity_of_token(config, text);
}

}  // namespace trivet::app
