// Mailer: who takes the mails of accounts. Mailbox keeps the newest in memory, for `trivet dev`, which
// shows them at /_/mail instead of sending them, and text messages too. Thread-safe.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "auth/sms/sms.h"

namespace trivet::auth {

struct Mail {
  std::string to;
  std::string kind;  // "confirmation", "invite", "magic_link", "recovery", "email_change", "reauthentication"; "sms"
  std::string subject;
  std::string text;  // or html, or both
  std::string html;
  std::string link;
  std::string code;
  int64_t at_us = 0;
};

class Mailer {
 public:
  virtual ~Mailer() = default;
  // Takes it to be sent later; never waits.
  virtual void send(Mail mail) = 0;
};

class Mailbox final : public Mailer, public SmsSender {
 public:
  void send(Mail mail) override;
  void send(Sms sms) override;
  // Newest first.
  [[nodiscard]] std::vector<Mail> mails() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Mail> mails_;  // guarded by mutex_
};

}  // namespace trivet::auth
