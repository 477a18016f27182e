// Hashing and verifying passwords on a few threads of their own, so that a storm of sign-ins costs
// sign-ins and not reads: as many at once as the pool has threads, which let all others come first, and a
// bounded queue behind them.
//
// Errors: pool_timeout when the queue is full (answer 503). Thread-safe; must outlive its tasks.
#pragma once

#include <mutex>
#include <string>

#include "auth/passwords/password_hash.h"
#include "base/error.h"
#include "base/random.h"
#include "base/task.h"
#include "net/pool.h"

namespace trivet::auth {

struct HasherOptions {
  Argon2Options argon2;  // is_allowed()
  PasswordPeppers peppers;
  // As many wait as come at once when everybody signs in: the last of 1,000 after some half a minute.
  net::PoolOptions pool{.threads = 2, .queue_max = 1024, .priority = net::Priority::low};
};

class PasswordHasher {
 public:
  // `random` must outlive it and is used under a lock; it makes salts.
  PasswordHasher(HasherOptions options, Random& random);

  // For storing. Error too_large: longer than password_bytes_max.
  [[nodiscard]] task<result<std::string>> hash(std::string password);

  // A password over the limit is wrong. `stored` that can't be read is an error (bad_config).
  [[nodiscard]] task<result<PasswordMatch>> verify(std::string password, std::string stored);

  // Takes as long as verify() of a hash of ours and finds nothing: for users who don't exist, have
  // no password or are banned.
  [[nodiscard]] task<result<PasswordMatch>> verify_nothing(std::string password);

 private:
  [[nodiscard]] std::string make_salt();

  const HasherOptions options_;
  std::mutex mutex_;
  Random& random_;  // guarded by mutex_
  const std::string nobody_;  // a hash of a password that nobody knows
  net::Pool pool_;
};

}  // namespace trivet::auth
