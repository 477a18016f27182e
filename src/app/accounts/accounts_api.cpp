#include "app/accounts/accounts_api.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

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

// "+1 555 0100=123456", one each.
result<std::map<std::string, std::string>> parse_test_codes(const Config& config) {
  std::map<std::string, std::string> codes;
  for (const std::string& entry : config.auth_sms_test_codes) {
    const size_t equals = entry.find('=');
    const std::string phone = auth::normalize_phone(std::string_view(entry).substr(0, equals));
    const std::string code = equals == entry.npos ? "" : entry.substr(equals + 1);
    const bool is_code = code.size() >= 6 && code.size() <= 10 &&
                         code.find_first_not_of("0123456789") == code.npos;
    if (phone.empty() || !is_code)
      return fail(ErrorCode::bad_config, "auth.sms_test_codes are a number and six to ten digits, as in 15550100=123456");
    codes[phone] = code;
  }
  return codes;
}

auth::SmsHookOptions sms_hook_options(const Config& config) {
  auth::SmsHookOptions options;
  options.url = config.auth_sms_hook_url;
  options.secret = config.auth_sms_hook_secret;
  return options;
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
  options.manual_linking = config.auth_manual_linking;
  options.passkeys = config.auth_passkeys;
  options.webauthn_factors = config.auth_webauthn_factors;
  options.passkey_host = config.auth_passkey_host;
  options.passkey_origins = config.auth_passkey_origins;
  options.reauthenticate_after_us = config.auth_reauthenticate_after.count() * 1000;
  options.password = {config.auth_password_bytes, auth::letters_of(config.auth_password_requirements)};
  options.token_seconds = seconds(config.auth_token_lifetime);
  options.reuse_seconds = seconds(config.auth_reuse_interval);
  options.link_seconds = seconds(config.auth_link_lifetime);
  options.mail_interval_seconds = seconds(config.auth_mail_interval);
  options.phones = config.auth_phones;
  options.phone_factors = config.auth_phone_factors;
  options.phone_autoconfirm = config.auth_phone_autoconfirm;
  options.sms_code_seconds = seconds(config.auth_sms_code_lifetime);
  options.sms_interval_seconds = seconds(config.auth_sms_interval);
  options.sms_per_hour = config.auth_sms_per_hour;
  options.sms_template = config.auth_sms_template;
  // Looked at before (check_sms_settings).
  options.sms_test_codes = parse_test_codes(config).value_or(std::map<std::string, std::string>());
  options.session_seconds_max = seconds(config.auth_session_lifetime);
  options.session_idle_seconds_max = seconds(config.auth_session_idle);
  return options;
}

std::unique_ptr<auth::BreachList> breach_list(const Config& config, observe::Sink& log) {
  if (config.auth_password_breaches.empty()) return nullptr;
  return std::make_unique<auth::BreachList>(config.auth_password_breaches, auth::fetch_document,
                                            [&log](std::string_view text) {
                                              log.lifecycle({observe::Level::warning, "auth.breaches_unavailable", text});
                                            });
}

std::unique_ptr<auth::Captcha> captcha(const Config& config) {
  if (config.auth_captcha == "off") return nullptr;
  const std::string url = config.auth_captcha_url.empty() ? std::string(auth::captcha_url(config.auth_captcha))
                                                          : config.auth_captcha_url;
  return std::make_unique<auth::Captcha>(auth::CaptchaOptions{url, config.auth_captcha_secret}, auth::fetch_document);
}

auth::AccountParts account_parts(const AccountsApi::Parts& parts, engine::Engine& engine,
                                 const auth::MailTemplates& templates, auth::Providers* providers,
                                 auth::BreachList* breaches) {
  AccountServices& services = parts.services;
  return {engine,    services.environment, services.passwords, services.limiter, services.mailer(),
          templates, parts.secret,         parts.ring,         providers,          breaches,
          services.sms()};
}

std::unique_ptr<auth::OAuthServer> make_oauth_server(auth::Accounts& accounts,
                                                     const auth::AccountParts& parts,
                                                     const Config& config) {
  if (!config.auth_oauth_server || !check_oauth_settings(config)) return nullptr;
  auth::OAuthServerOptions options;
  options.issuer = external_url(config);
  options.registration = config.auth_oauth_registration;
  std::string site = config.auth_site_url;
  if (site.ends_with('/')) site.pop_back();
  const std::string& path = config.auth_oauth_path;
  options.consent_url = path.empty() ? options.issuer + "/oauth/consent" : site + path;
  return std::make_unique<auth::OAuthServer>(accounts, parts, std::move(options));
}

auth::SmtpOptions smtp_options(const Config& config) {
  auth::SmtpOptions options;
  options.url = config.auth_smtp_url;
  options.from = config.auth_mail_from;
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

result<auth::MailTemplates> load_mail_templates(const Config& config) {
  auth::MailTemplates templates;
  if (config.auth_mail_templates.empty()) return templates;
  const bool is_absolute = config.auth_mail_templates.starts_with('/');
  const std::filesystem::path folder =
      is_absolute ? config.auth_mail_templates : config.folder + "/" + config.auth_mail_templates;
  if (!std::filesystem::is_directory(folder))
    return fail(ErrorCode::bad_config, "auth.mail_templates: " + folder.string() + " is no folder");
  for (const std::string_view kind : auth::mail_kinds()) {
    for (const std::string_view ending : {"txt", "html"}) {
      const std::filesystem::path file = folder / (std::string(kind) + '.' + std::string(ending));
      std::ifstream stream(file, std::ios::binary);
      if (!stream) continue;
      const std::string text(std::istreambuf_iterator<char>(stream), {});
      const result<void> set = templates.set(kind, ending, text);
      if (!set) return fail(ErrorCode::bad_config, file.string() + ": " + set.error().message);
    }
  }
  return templates;
}

result<void> check_mail_settings(const Config& config) {
  TRIVET_TRY(const auth::MailTemplates templates, load_mail_templates(config));
  (void)templates;
  if (config.auth_smtp_url.empty()) return {};
  if (config.auth_external_url.empty())
    return fail(ErrorCode::bad_config,
                "auth.external_url is this server as users reach it, https://api.example.com: the "
                "links in mails begin with it");
  return auth::check_smtp(smtp_options(config));
}

result<void> check_oauth_settings(const Config& config) {
  if (!config.auth_oauth_server) return {};
  if (config.auth_external_url.empty())
    return fail(ErrorCode::bad_config,
                "auth.external_url is this server as users reach it, https://api.example.com: "
                "auth.oauth_server needs it, as the name by which programs know this server");
  const std::string& path = config.auth_oauth_path;
  if (!path.empty() && !path.starts_with('/'))
    return fail(ErrorCode::bad_config,
                "auth.oauth_server.authorization_path begins with a slash: it follows auth.site_url");
  return {};
}

result<void> check_sms_settings(const Config& config) {
  TRIVET_TRY(const auto codes, parse_test_codes(config));
  (void)codes;
  TRIVET_CHECK(auth::check_sms_template(config.auth_sms_template));
  if (config.auth_sms_per_hour == 0)
    return fail(ErrorCode::bad_config, "auth.sms_per_hour is 1 at least");
  if (config.auth_sms_hook_url.empty()) return {};
  return auth::check_sms_hook(sms_hook_options(config));
}

AccountServices::AccountServices(engine::Environment& given, Mails given_mails,
                                 const Config& config, observe::Sink& log)
    : environment(given), mails(given_mails), passwords({}, random), log_(log) {
  if (mails == Mails::kept) return;
  if (!config.auth_sms_hook_url.empty())
    sms_hook = std::make_unique<auth::SmsHook>(
        sms_hook_options(config), auth::fetch_document, [&log](std::string_view text) {
          log.lifecycle({observe::Level::warning, "auth.sms_failed", text});
        });
  if (config.auth_smtp_url.empty()) return;
  smtp = std::make_unique<auth::SmtpMailer>(smtp_options(config), [&log](std::string_view text) {
    log.lifecycle({observe::Level::warning, "auth.mail_failed", text});
  });
}

std::shared_ptr<auth::Providers> AccountServices::providers_for(const Config& config) {
  if (config.auth_providers == provider_options_) return providers_;
  provider_options_ = config.auth_providers;
  providers_ = nullptr;
  if (provider_options_.empty()) return nullptr;
  std::vector<auth::ProviderOptions> wanted = provider_options_;
  for (auth::ProviderOptions& provider : wanted)
    if (!provider.ca_file.empty() && !provider.ca_file.starts_with('/'))
      provider.ca_file = config.folder + '/' + provider.ca_file;
  const auto log = [&sink = log_](std::string_view text) {
    sink.lifecycle({observe::Level::warning, "auth.provider_unavailable", text});
  };
  // Looked at when the settings were read.
  providers_ = auth::Providers::make(wanted, auth::fetch_document, log, clock_).value();
  return providers_;
}

auth::Mailer* AccountServices::mailer() {
  if (mails == Mails::kept) return &mailbox;
  return smtp.get();
}

auth::SmsSender* AccountServices::sms() {
  if (mails == Mails::kept) return &mailbox;
  return sms_hook.get();
}

AccountsApi::AccountsApi(const Parts& parts)
    : services_(parts.services),
      engine_(auth::accounts_schema(parts.engine.schema()->datasource.provider),
              parts.engine.store(), services_.environment, without_row_limit()),
      // Looked at before (check_mail_settings).
      templates_(load_mail_templates(parts.config).value_or(auth::MailTemplates())),
      providers_(services_.providers_for(parts.config)),
      breaches_(breach_list(parts.config, services_.log())),
      captcha_(captcha(parts.config)),
      accounts_(account_parts(parts, engine_, templates_, providers_.get(), breaches_.get()),
                account_options(parts.config)),
      oauth_(make_oauth_server(
          accounts_, account_parts(parts, engine_, templates_, providers_.get(), breaches_.get()),
          parts.config)),
      handler_(accounts_, oauth_.get(), parts.authenticator, services_.limiter,
               {std::string(version()), static_cast<double>(parts.config.auth_rate_burst), captcha_.get()}),
      mail_page_(services_.mailbox) {}

void AccountsApi::mount(http::Router& router) {
  router.mount("/auth/v1", "auth", handler_);
  if (oauth_) {
    // Where RFC 8414, 3.1 puts them for an issuer with a path.
    router.mount("/.well-known/oauth-authorization-server/auth/v1", "auth", handler_);
    router.mount("/.well-known/openid-configuration/auth/v1", "auth", handler_);
  }
  if (services_.mails == Mails::kept) router.mount("/_/mail", "mail", mail_page_);
}

}  // namespace trivet::app
