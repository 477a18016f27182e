// Asks the server to stop a statement, from a thread of its own: libpq's way to do so blocks.
//
// Any thread may call. What is still queued when it is destroyed is not sent.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

struct pg_cancel;

namespace trivet::store::postgres {

class Canceller {
 public:
  Canceller();
  ~Canceller();
  Canceller(const Canceller&) = delete;
  Canceller& operator=(const Canceller&) = delete;
  // Takes it over; null is ignored.
  void cancel(pg_cancel* statement);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<pg_cancel*> queue_;  // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_
  std::thread thread_;
};

}  // namespace trivet::store::postgres
