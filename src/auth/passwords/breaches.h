// Whether a password is in a list of breached ones, asked by k-anonymity (dialects/auth.md, 8.8):
// the service learns the first 20 of the 160 bits of its SHA-1, and answers with the rest of all
// that begin so.
//
// Waits on threads of its own. Where the service can't be asked, a password counts as not listed.
// Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "auth/issuers/fetch.h"
#include "base/task.h"
#include "net/pool.h"

namespace trivet::auth {

class BreachList {
 public:
  using Log = std::function<void(std::string_view)>;
  // `url` of the service, to which the five digits are appended; what the project wrote. `log`
  // hears of failures.
  BreachList(std::string url, Fetch fetch, Log log);
  ~BreachList() { stopping_ = true; }

  [[nodiscard]] task<bool> holds(std::string password);

 private:
  const std::string url_;
  const Fetch fetch_;
  const Log log_;
  std::atomic<bool> stopping_{false};
  net::Pool pool_{{.threads = 4, .queue_max = 256}};  // last: its threads use the rest
};

// Whether `answer`, lines of SUFFIX:COUNT, lists `suffix`, 35 digits in upper case. A count of 0 is
// padding.
[[nodiscard]] bool lists_suffix(std::string_view answer, std::string_view suffix);

}  // namespace trivet::auth
