#include "app/move/crew.h"

namespace trivet::app {

Crew::Crew(unsigned threads) : waiting_max_(threads) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

result<void> Crew::put(Work work) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failed_ || waiting_.size() < waiting_max_; });
  if (!failed_) waiting_.push_back(std::move(work));
  changed_.notify_all();
  return outcome();
}

result<void> Crew::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && busy_ == 0; });
  return outcome();
}

result<void> Crew::outcome() const {
  if (failed_) return std::unexpected(*failed_);
  return {};
}

void Crew::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Work work = std::move(waiting_.front());
    waiting_.pop_front();
    ++busy_;
    changed_.notify_all();
    lock.unlock();
    result<void> done = work();
    lock.lock();
    --busy_;
    if (!done && !failed_) {
      failed_ = std::move(done).error();
      waiting_.clear();
    }
    changed_.notify_all();
  }
}

}  // namespace trivet::app
