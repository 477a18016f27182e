// Sends mails by SMTP (RFC 5321) on a thread of its own: whoever hands one over never waits, and
// learns nothing of how it went, so that answers don't tell whether an address exists.
//
// A failed mail is tried again after the pauses given, then given up and told to `log`. The queue
// is bounded; what doesn't fit is dropped and told. What waits when it ends gets one more try.
// Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/mail/mailbox.h"
#include "base/error.h"

namespace trivet::auth {

struct SmtpOptions {
  // smtp://USER:PASSWORD@HOST:PORT, where STARTTLS is demanded but from this machine itself, or
  // smtps://…
  std::string url;
  std::string from;  // "Shop <no-reply@example.com>" or the address alone
  std::vector<std::chrono::milliseconds> pauses{std::chrono::seconds(2), std::chrono::seconds(15),
                                                std::chrono::minutes(2)};
  std::chrono::milliseconds timeout{20'000};  // of one try
  size_t queue_max = 1000;
};

// bad_config if the url or the sender can't be used.
[[nodiscard]] result<void> check_smtp(const SmtpOptions& options);

class SmtpMailer final : public Mailer {
 public:
  using Log = std::function<void(std::string_view)>;  // on its thread; no secret is in the text

  SmtpMailer(SmtpOptions options, Log log);
  ~SmtpMailer() override;

  void send(Mail mail) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    Mail mail;
    size_t tries = 0;
    Clock::time_point due{};
  };

  void run();
  void try_one(Waiting waiting, std::unique_lock<std::mutex>& lock);
  // Empty, or why not.
  [[nodiscard]] std::string deliver(const Mail& mail) const;

  const SmtpOptions options_;
  const Log log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;  // guarded by mutex_
  bool stopping_ = false;        // guarded by mutex_
  std::thread thread_;
};

}  // namespace trivet::auth
