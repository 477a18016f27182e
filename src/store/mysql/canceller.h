// Ends a session of the server's whose answer nobody waits for any more, from a thread of its own.
//
// Any thread may call. What is still queued when it is destroyed is not sent, nor what has waited for
// seconds: a server that was started anew gives the number to somebody else.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "store/mysql/options.h"

namespace trivet::store::mysql {

class Canceller {
 public:
  explicit Canceller(MysqlOptions options);
  ~Canceller();
  Canceller(const Canceller&) = delete;
  Canceller& operator=(const Canceller&) = delete;
  // The session with this number: what it does stops, what it has open is undone.
  void end_session(uint64_t number);

 private:
  struct Ending {
    uint64_t number;
    std::chrono::steady_clock::time_point asked;
  };
  void run();

  const MysqlOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Ending> queue_;    // guarded by mutex_
  bool stopping_ = false;       // guarded by mutex_
  std::thread thread_;
};

}  // namespace trivet::store::mysql
