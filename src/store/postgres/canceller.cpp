#include "store/postgres/canceller.h"

#include <libpq-fe.h>

#include <array>

namespace trivet::store::postgres {

Canceller::Canceller() : thread_([this] { run(); }) {}

Canceller::~Canceller() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  for (PGcancel* statement : queue_) PQfreeCancel(statement);
}

void Canceller::cancel(pg_cancel* statement) {
  if (statement == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(statement);
  }
  changed_.notify_one();
}

void Canceller::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    PGcancel* statement = queue_.front();
    queue_.pop_front();
    lock.unlock();
    // A server that can't be asked has lost the connection as well, and so the statement's answer.
    std::array<char, 256> why{};
    (void)PQcancel(statement, why.data(), static_cast<int>(why.size()));
    PQfreeCancel(statement);
    lock.lock();
  }
}

}  // namespace trivet::store::postgres
