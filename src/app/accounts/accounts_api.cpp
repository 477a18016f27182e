#include "app/accounts/accounts_api.h"

#include <algorithm>

#include "app/version.h"
#include "auth/records/schema.h"

namespace trivet::app {
namespace {

int64_t seconds(std::chrono::milliseconds length) { return length.count() / 1000; }

std::string external_url(const Config& config) {
  const std::string base = config.auth_external_url.empty() && !config.listen.empty()
                               ? "http://" + config.listen.front()
                               : config.auth_external_url;
  return base + "/auth/v1";
}

auth::AccountOptions account_options(const Config& config) {
  auth::AccountOptions options;
  options.external_url = external_url(config);
  if (!config.auth_external_url.empty()) options.issuer = options.external_url;
  options.site_url = config.auth_site_url;
  if (!config.audience.empty()) options.audience = config.audience;
  options.redirect_urls = config.auth_redirect_urls;
  options.sign_up = config.auth_sign_up;
  options.anonymous = config.auth_anonymous_users;
  options.autoconfirm = config.auth_autoconfirm;
  options.secure_email_change = config.auth_secure_email_change;
  options.password_bytes_min = config.auth_password_bytes;
  options.token_seconds = seconds(config.auth_token_lifetime);
  options.reuse_seconds = seconds(config.auth_reuse_interval);
  options.link_seconds = seconds(config.auth_link_lifetime);
  options.mail_interval_seconds = seconds(config.auth_mail_interval);
  options.session_seconds_max = seconds(config.auth_session_lifetime);
  options.session_idle_seconds_max = seconds(config.auth_session_idle);
  return options;
}

Limits without_row_limit() {
  Limits limits;
  limits.rows_max = 0;
  return limits;
}

}  // namespace

result<std::vector<std::string>> make_account_tables(Driver& driver, schema::Provider provider) {
  const auto schema = auth::accounts_schema(provider);
  TRIVET_TRY(const store::Migration migration, driver.plan_beside(*schema));
  if (auto applied = driver.apply(migration, DataLoss::refuse); !applied) {
    // Another node may have made them at the same time.
    TRIVET_TRY(const store::Migration left, driver.plan_beside(*schema));
    if (!left.empty()) return std::unexpected(std::move(applied).error());
  }
  std::vector<std::string> titles;
  std::ranges::transform(migration.steps, std::back_inserter(titles), &store::MigrationStep::title);
  return titles;
}

AccountsApi::AccountsApi(const Parts& parts)
    : services_(parts.services),
      engine_(auth::accounts_schema(parts.engine.schema()->datasource.provider),
              parts.engine.store(), services_.environment, without_row_limit()),
      accounts_(
          {engine_, services_.environment, services_.passwords, services_.limiter,
           services_.mails == Mails::kept ? &services_.mailbox : nullptr, parts.secret, parts.ring},
          account_options(parts.config)),
      handler_(accounts_, parts.authenticator, services_.limiter,
               {std::string(version()), static_cast<double>(parts.config.auth_rate_burst)}),
      mail_page_(services_.mailbox) {}

void AccountsApi::mount(http::Router& router) {
  router.mount("/auth/v1", "auth", handler_);
  if (services_.mails == Mails::kept) router.mount("/_/mail", "mail", mail_page_);
}

}  // namespace trivet::app
