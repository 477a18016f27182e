// Threads that do pieces of blocking work while another makes them; at most a few wait, so memory is
// bounded. The first error ends it: what comes later is dropped.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"

namespace trivet::app {

class Crew {
 public:
  using Work = std::function<result<void>()>;

  explicit Crew(unsigned threads);
  ~Crew();  // waits for what was put
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Waits for room. The error, once there is one.
  [[nodiscard]] result<void> put(Work work);
  // Waits until all is done; more may be put afterwards.
  [[nodiscard]] result<void> wait();

 private:
  void run();
  [[nodiscard]] result<void> outcome() const;

  const size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;     // guarded by mutex_
  size_t busy_ = 0;              // guarded by mutex_
  bool ending_ = false;          // guarded by mutex_
  std::optional<Error> failed_;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace trivet::app
