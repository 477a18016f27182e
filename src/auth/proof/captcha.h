// That a person asks, as hCaptcha or Turnstile have found out (dialects/auth.md, 8.9): the
// application's page gets a token from them, and they say once what it is worth.
//
// Waits on threads of its own. Thread-safe.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "auth/issuers/fetch.h"
#include "auth/records/refusal.h"
#include "base/task.h"
#include "net/pool.h"

namespace trivet::auth {

struct CaptchaOptions {
  std::string url;     // of the verifier; what the project wrote, or captcha_url
  std::string secret;  // that the verifier gave
};

// The verifier of "hcaptcha" and "turnstile"; empty for any other word.
[[nodiscard]] std::string_view captcha_url(std::string_view provider);

class Captcha {
 public:
  Captcha(CaptchaOptions options, Fetch fetch);
  ~Captcha() { stopping_ = true; }

  // `ip` of the client. Refusals: captcha_failed (400), or unexpected_failure (500) where the
  // verifier can't be asked.
  [[nodiscard]] task<answer<void>> check(std::string token, std::string ip);

 private:
  const CaptchaOptions options_;
  const Fetch fetch_;
  std::atomic<bool> stopping_{false};
  net::Pool pool_{{.threads = 4, .queue_max = 256}};  // last: its threads use the rest
};

// What the verifier answered, a JSON object with `success` and `error-codes`.
[[nodiscard]] answer<void> read_captcha_answer(std::string_view text);

}  // namespace trivet::auth
