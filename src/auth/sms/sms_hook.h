// Sends text messages by the hook "send-sms" (dialects/auth.md, 8.10): a signed POST to an endpoint of the project, which has
// whatever gateway it likes behind it. On a thread of its own: whoever hands one over never waits, and learns nothing of how it
// went, so that answers don't tell whether a number is known.
//
// A failed try is made again after the pauses given, then given up and told to `log`. The queue is bounded; what doesn't fit is
// dropped and told. What waits when it ends gets one more try. Thread-safe.
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

#include "auth/issuers/fetch.h"
#include "auth/sms/sms.h"
#include "base/error.h"

namespace trivet::auth {

struct SmsHookOptions {
  std::string url;     // https://…, or http:// of this machine
  std::string secret;  // hooks/webhook.h
  std::vector<std::chrono::milliseconds> pauses{std::chrono::seconds(2), std::chrono::seconds(2)};
  size_t queue_max = 1000;
};

// bad_config if the url or the secret can't be used.
[[nodiscard]] result<void> check_sms_hook(const SmsHookOptions& options);

class SmsHook final : public SmsSender {
 public:
  using Log = std::function<void(std::string_view)>;  // on its thread; no secret, code or number is in the text

  // `options` passed check_sms_hook.
  SmsHook(SmsHookOptions options, Fetch fetch, Log log);
  ~SmsHook() override;

  void send(Sms sms) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    Sms sms;
    size_t tries = 0;
    Clock::time_point due{};
  };

  void run();
  void try_one(Waiting waiting, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] result<std::string> deliver(const Sms& sms) const;

  const SmsHookOptions options_;
  const std::vector<std::string> secrets_;
  const Fetch fetch_;
  const Log log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;  // guarded by mutex_
  bool stopping_ = false;        // guarded by mutex_
  std::thread thread_;
};

}  // namespace trivet::auth
