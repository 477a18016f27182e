// What a project can set, as typed values. Filled by config_load.h from defaults, trivet.toml,
// TRIVET_… variables and the command line; each value's meaning is told in settings.cpp, once. A
// value; stays inside the composition root: parts get the few values that they need.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "auth/issuers/issuer.h"
#include "auth/providers/provider.h"
#include "base/limits.h"

namespace trivet::app {

struct Config {
  std::string folder = ".";  // of the project; relative paths start here. Not a setting

  std::vector<std::string> listen{"127.0.0.1:8080"};
  std::string admin_listen;
  uint32_t threads = 0;
  bool compression = true;
  bool server_timing = false;
  bool docs = true;
  std::vector<std::string> cors_origins;
  std::vector<std::string> trusted_proxies;

  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_certificates = "off";
  std::string tls_client_ca;
  std::string tls_redirect_listen;
  uint32_t tls_redirect_port = 0;
  std::vector<std::string> tls_acme_hosts;
  bool tls_acme_agree = false;
  std::string tls_acme_email;
  std::string tls_acme_directory = "https://acme-v02.api.letsencrypt.org/directory";
  std::string tls_acme_ca_file;
  std::string tls_acme_challenge = "auto";
  std::chrono::milliseconds tls_acme_renew_before{0};
  std::chrono::milliseconds tls_hsts = std::chrono::hours(180 * 24);

  std::string schema;
  std::string database_url;
  std::string database_key;
  uint32_t database_connections = 4;
  bool database_pgbouncer = false;
  std::string database_direct_url;
  std::vector<std::string> database_replicas;
  std::chrono::milliseconds database_replica_lag_max{5000};
  std::string database_shadow_url;
  std::chrono::milliseconds database_lock_timeout{5000};
  std::chrono::milliseconds database_connect_timeout{5000};
  std::chrono::milliseconds database_queue_timeout{5000};

  bool require_key = false;
  bool anonymous = true;
  std::string audience;
  bool auth_enabled = false;
  std::string auth_site_url = "http://localhost:3000";
  std::string auth_external_url;
  std::vector<std::string> auth_redirect_urls;
  bool auth_sign_up = true;
  bool auth_anonymous_users = false;
  bool auth_autoconfirm = false;
  bool auth_secure_email_change = true;
  bool auth_manual_linking = false;
  bool auth_passkeys = false;
  bool auth_webauthn_factors = false;
  std::string auth_passkey_host;
  std::vector<std::string> auth_passkey_origins;
  std::chrono::milliseconds auth_reauthenticate_after{0};
  uint32_t auth_password_bytes = 6;
  uint32_t auth_rate_burst = 30;
  std::chrono::milliseconds auth_token_lifetime{3'600'000};
  std::chrono::milliseconds auth_reuse_interval{10'000};
  std::chrono::milliseconds auth_link_lifetime{86'400'000};
  std::chrono::milliseconds auth_mail_interval{60'000};
  std::string auth_password_requirements = "none";
  std::string auth_password_breaches;
  std::string auth_captcha = "off";
  std::string auth_captcha_secret;
  std::string auth_captcha_url;
  bool auth_phones = false;
  bool auth_phone_factors = false;
  bool auth_phone_autoconfirm = false;
  std::string auth_sms_hook_url;
  std::string auth_sms_hook_secret;
  std::string auth_sms_template = "Your code is {{ .Code }}";
  std::vector<std::string> auth_sms_test_codes;
  std::chrono::milliseconds auth_sms_code_lifetime{60'000};
  std::chrono::milliseconds auth_sms_interval{60'000};
  uint32_t auth_sms_per_hour = 30;
  std::string auth_smtp_url;
  std::string auth_mail_from;
  std::string auth_mail_templates;
  std::chrono::milliseconds auth_session_lifetime{0};
  std::chrono::milliseconds auth_session_idle{0};
  bool auth_oauth_server = false;
  bool auth_oauth_registration = false;
  std::string auth_oauth_path;

  std::vector<auth::IssuerOptions> auth_issuers;  // [[auth.issuers]]; issuer_settings.h
  std::vector<auth::ProviderOptions> auth_providers;  // [auth.providers.NAME]; provider_settings.h

  std::string jwt_secret;
  std::string keys_file = ".trivet/keys.toml";

  bool aggregates = false;
  bool rollback = false;
  bool plans = false;
  std::string tx_end;
  std::vector<std::string> rest_schemas;
  std::vector<std::string> functions;
  std::string authority = "rules";
  std::string anonymous_role = "anon";
  std::string role_claim = ".role";
  std::string pre_request;
  std::vector<std::string> search_path;

  std::string log_format = "auto";
  std::string log_level = "info";

  Limits limits{};
};

}  // namespace trivet::app
