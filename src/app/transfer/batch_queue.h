// Hands batches from the reading thread to the writing one; at most a few wait, so memory is
// bounded. Two threads.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "app/transfer/batch_reader.h"

namespace trivet::app {

class BatchQueue {
 public:
  // False: nobody wants more.
  bool put(ImportBatch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || batches_.size() < waiting_max; });
    if (closed_) return false;
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  // Waits for the next one; the reader sees to it that a last one comes.
  ImportBatch take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !batches_.empty(); });
    ImportBatch batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr size_t waiting_max = 2;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ImportBatch> batches_;  // guarded by mutex_
  bool closed_ = false;              // guarded by mutex_
};

}  // namespace trivet::app
