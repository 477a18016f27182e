// The keys of one issuer: fetched when they are needed, kept, and looked at again as they age.
//
// For 10 minutes they are fresh. For as long again they are used while they are fetched anew behind
// the request. Older ones are fetched first, and used on for a day if that fails, so that an issuer
// that is down doesn't shut out whoever it let in. A token that names an unknown key asks for a new
// fetch once a minute; failed fetches pause for 1, 2, 4 … 60 s. One fetch at a time, on a thread of
// its own: an issuer that hangs holds up nobody else. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "auth/jose/key_set.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/task.h"
#include "net/pool.h"

namespace trivet::auth {

struct KeyAges {  // ns
  int64_t fresh = 600'000'000'000;
  int64_t usable_behind = 1'200'000'000'000;  // … while they are fetched behind the request
  int64_t usable = 86'400'000'000'000;        // … while the issuer can't be reached
  int64_t between_unknown = 60'000'000'000;
  int64_t pause_min = 1'000'000'000;
  int64_t pause_max = 60'000'000'000;
};

// What a token asks for.
struct KeyWanted {
  std::string id;  // "kid"; empty = none named
  Algorithm algorithm = Algorithm::rs256;
};

class IssuerKeys {
 public:
  // Blocks. The flag ends it early.
  using FetchKeys = std::function<result<KeySet>(const std::atomic<bool>& stop)>;
  using Log = std::function<void(std::string_view)>;  // on its thread

  // `clock` must outlive it.
  IssuerKeys(FetchKeys fetch, Log log, const Clock& clock, KeyAges ages = {});
  ~IssuerKeys();

  // Null: none were ever fetched, or too long ago. May start a fetch behind the request.
  [[nodiscard]] std::shared_ptr<const KeySet> current();
  // Another number as soon as another set of keys holds: what was verified by an older one is to be
  // verified again.
  [[nodiscard]] uint64_t version();

  // Whether a fetch may change what this token is worth, so that it is worth waiting for.
  [[nodiscard]] bool should_wait(const KeyWanted& wanted);
  // … also for a token that was verified before.
  [[nodiscard]] bool should_wait_for_age();
  // Waits for that fetch, which other requests may have begun.
  [[nodiscard]] task<void> wait(KeyWanted wanted);
  // Begins fetching if there is nothing yet.
  void warm();

 private:
  enum class Need : uint8_t { none, behind, first };

  [[nodiscard]] Need need_of_age(int64_t now) const;   // needs mutex_
  [[nodiscard]] bool may_try(int64_t now) const;       // needs mutex_
  [[nodiscard]] bool may_ask_for_unknown(int64_t now) const;  // needs mutex_
  [[nodiscard]] bool lacks(const KeyWanted& wanted) const;    // needs mutex_
  void drop_too_old(int64_t now);                      // needs mutex_
  void start_behind(int64_t now, std::unique_lock<std::mutex>& lock);
  void fetch_if(const KeyWanted* wanted);
  void fetch_now(std::unique_lock<std::mutex>& lock);
  void keep(KeySet fresh);  // needs mutex_

  const FetchKeys fetch_;
  const Log log_;
  const Clock& clock_;
  const KeyAges ages_;
  std::atomic<bool> stopping_{false};

  mutable std::mutex mutex_;  // what follows is guarded by it
  std::shared_ptr<const KeySet> keys_;
  std::string text_;  // of keys_, to see changes
  uint64_t version_ = 1;
  int64_t fetched_at_ = 0;
  int64_t tried_at_ = 0;
  int64_t asked_at_ = 0;  // for an unknown key
  unsigned failures_ = 0;
  bool has_asked_ = false;
  bool is_fetching_ = false;  // or about to

  net::Pool pool_;  // last: its thread uses the rest
};

}  // namespace trivet::auth
