// /auth/v1 in a serving process: the tables, and the engine, accounts and handlers of one
// configuration.
//
// What must outlast a reload (rates, hashing threads, the mails of `trivet dev`) is in
// AccountServices. Without `auth.enabled` nothing of it is made.
#pragma once

#include <string>
#include <vector>

#include "api/auth/handler.h"
#include "api/auth/mail_page.h"
#include "app/config/config.h"
#include "app/drivers/driver.h"
#include "auth/accounts/accounts.h"
#include "auth/mail/smtp.h"
#include "auth/oauth_server/oauth_server.h"
#include "auth/passwords/breaches.h"
#include "auth/proof/captcha.h"
#include "auth/providers/providers.h"
#include "auth/sms/sms_hook.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/router.h"
#include "observe/event.h"

namespace trivet::app {

// Makes what the accounts' tables lack; nothing is ever dropped. Returns what was done, a line
// each.
[[nodiscard]] result<std::vector<std::string>> make_account_tables(Driver& driver,
                                                                   schema::Provider provider);

enum class Mails : uint8_t {
  sent,  // by SMTP, if there is a server for that
  kept,  // in the mailbox of `trivet dev`
};

// The project's templates for mails: files of auth.mail_templates over the built-in ones.
[[nodiscard]] result<auth::MailTemplates> load_mail_templates(const Config& config);
// Whether the settings of mails can be used.
[[nodiscard]] result<void> check_mail_settings(const Config& config);
// Whether those of the OAuth server can.
[[nodiscard]] result<void> check_oauth_settings(const Config& config);
// Whether the settings of text messages can be used.
[[nodiscard]] result<void> check_sms_settings(const Config& config);

struct AccountServices {
  // `config` as it was at the start.
  AccountServices(engine::Environment& given, Mails given_mails, const Config& config,
                  observe::Sink& log);

  // Null: nothing can be sent.
  [[nodiscard]] auth::Mailer* mailer();
  [[nodiscard]] observe::Sink& log() { return log_; }

  [[nodiscard]] auth::SmsSender* sms();  // the same

  // Those of `config`; what is known of them stays known while its settings do. Null: there are none.
  [[nodiscard]] std::shared_ptr<auth::Providers> providers_for(const Config& config);

  engine::Environment& environment;
  const Mails mails;
  SystemRandom random;
  auth::PasswordHasher passwords;
  auth::Limiter limiter;
  auth::Mailbox mailbox;
  std::unique_ptr<auth::SmtpMailer> smtp;  // null: none
  std::unique_ptr<auth::SmsHook> sms_hook;  // null: none

 private:
  observe::Sink& log_;
  SystemClock clock_;
  std::vector<auth::ProviderOptions> provider_options_;  // of providers_
  std::shared_ptr<auth::Providers> providers_;  // shared with the generations that know them
};

class AccountsApi {
 public:
  struct Parts {
    const Config& config;
    std::string secret;
    std::shared_ptr<const auth::SigningKeys> ring;
    engine::Engine& engine;  // of the project: gives the store and the kind of database
    const auth::Authenticator& authenticator;
    AccountServices& services;
  };
  explicit AccountsApi(const Parts& parts);

  void mount(http::Router& router);

 private:
  AccountServices& services_;
  engine::Engine engine_;
  const auth::MailTemplates templates_;
  const std::shared_ptr<auth::Providers> providers_;  // null: none
  const std::unique_ptr<auth::BreachList> breaches_;  // null: not asked
  const std::unique_ptr<auth::Captcha> captcha_;      // null: not asked for
  auth::Accounts accounts_;
  const std::unique_ptr<auth::OAuthServer> oauth_;  // null: off
  api::accounts::AuthHandler handler_;
  api::accounts::MailPage mail_page_;
};

}  // namespace trivet::app
