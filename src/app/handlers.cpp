#include "app/handlers.h"

#include "api/docs/handler.h"
#include "api/openapi/handler.h"
#include "app/acme/renewer.h"
#include "app/drivers/authority.h"
#include "app/drivers/profiles.h"
#include "base/random.h"

namespace trivet::app {
namespace {

auth::AuthenticatorOptions auth_options(const HandlerParts& parts,
                                        std::shared_ptr<auth::Issuers> issuers) {
  const Config& config = parts.config;
  return {config.audience,
          config.require_key ? auth::KeyPolicy::required : auth::KeyPolicy::optional,
          config.anonymous ? auth::AnonymousPolicy::allowed : auth::AnonymousPolicy::refused,
          nullptr, std::move(issuers), parts.stored, {}};
}

auth::AuthenticatorOptions rest_auth_options(const HandlerParts& parts) {
  auth::AuthenticatorOptions options = auth_options(parts, parts.issuers);
  options.roles = database_roles(parts.config);
  return options;
}

// The settings were read once before (drivers/functions.h); what can't be read opens nothing.
engine::OpenProcedures open_procedures(const HandlerParts& parts) {
  return engine::parse_open_procedures(parts.config.functions,
                                       schemas_of_functions(parts.config, *parts.engine.schema()))
      .value_or(engine::OpenProcedures());
}

engine::Procedures procedures_for(const HandlerParts& parts) {
  if (authority_of(parts.config) == engine::Authority::database)
    return engine::Procedures(*parts.procedures);
  return {parts.procedures, open_procedures(parts)};
}

api::rest::TransactionEnd transaction_end(const Config& config) {
  const std::string_view end = config.tx_end;
  return {.rolls_back = end.starts_with("rollback"),
          .may_choose = end.empty() ? config.rollback : end.ends_with("-allow-override")};
}

api::rest::RestOptions rest_options(const HandlerParts& parts, const engine::Procedures& procedures) {
  const Config& config = parts.config;
  api::rest::RestOptions options;
  options.schemas = served_schemas(config);
  options.search_path = config.search_path;
  options.aggregates = config.aggregates ? Switch::on : Switch::off;
  options.end = transaction_end(config);
  options.authority = authority_of(config);
  options.anonymous_role = config.anonymous_role;
  options.procedures = &procedures;
  options.changes = parts.changes;
  options.views = parts.views;
  if (config.plans) options.plans = parts.plans;
  return options;
}

http::ServerOptions server_options(const Config& config, observe::Sink& sink) {
  http::ServerOptions options;
  options.limits = config.limits;
  options.pipeline.cors.origins = config.cors_origins;
  // Looked at when the settings were read.
  options.proxies = http::TrustedProxies::parse(config.trusted_proxies).value();
  options.pipeline.compression.enabled = config.compression ? Switch::on : Switch::off;
  options.pipeline.server_timing = config.server_timing ? Switch::on : Switch::off;
  if (!config.tls_certificate.empty() || acme::is_wanted(config))
    options.pipeline.hsts = std::chrono::duration_cast<std::chrono::seconds>(config.tls_hsts);
  options.sink = &sink;
  SystemRandom random;
  options.seed = random.next();
  return options;
}

}  // namespace

struct Handlers::Documents {
  Documents(const engine::Engine& engine, const auth::Authenticator& authenticator,
            const engine::Procedures& procedures, std::vector<std::string> schemas)
      : openapi(engine, authenticator, procedures, {.schemas = std::move(schemas)}) {}
  api::openapi::OpenapiHandler openapi;
  api::docs::DocsHandler docs;
};

Handlers::Handlers(const HandlerParts& parts)
    : authenticator_(parts.keys, rest_auth_options(parts), clock_),
      own_authenticator_(parts.keys, auth_options(parts, nullptr), clock_),
      procedures_(procedures_for(parts)),
      rest_(parts.engine, authenticator_, rest_options(parts, procedures_)),
      ready_(parts.engine.store()),
      metrics_(parts.metrics),
      keys_first_(authenticator_, api_) {
  // They show what their reader may use, which only the schema's rules could tell.
  const bool rules_decide = authority_of(parts.config) == engine::Authority::rules;
  if (parts.config.docs && rules_decide)
    documents_ = std::make_unique<Documents>(parts.engine, authenticator_, procedures_, served_schemas(parts.config));
  if (parts.accounts != nullptr)
    accounts_ = std::make_unique<AccountsApi>(AccountsApi::Parts{
        parts.config, parts.keys.secret, parts.stored, parts.engine, own_authenticator_, *parts.accounts});
  mount_api();
  admin_.mount("/metrics", "metrics", metrics_);
  admin_.set_ready(ready_);
  const http::ServerOptions options = server_options(parts.config, parts.sink);
  api_server_ = std::make_unique<http::Server>(parts.api_entry, options);
  admin_server_ = std::make_unique<http::Server>(parts.admin_entry, options);
}

Handlers::~Handlers() = default;

void Handlers::mount_api() {
  api_.mount("/rest/v1", "rest", rest_);
  if (accounts_) accounts_->mount(api_);
  if (documents_) {
    api_.mount("/openapi.json", "openapi", documents_->openapi);
    api_.mount("/docs", "docs", documents_->docs);
  }
  api_.set_ready(ready_);
}

}  // namespace trivet::app
