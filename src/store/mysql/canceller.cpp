#include "store/mysql/canceller.h"

#include <string>

#include "store/mysql/handle.h"

namespace trivet::store::mysql {

namespace {

constexpr size_t queue_max = 256;  // a server that can't be asked ends its sessions by itself

}  // namespace

Canceller::Canceller(MysqlOptions options)
    : options_(std::move(options)), thread_([this] { run(); }) {}

Canceller::~Canceller() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Canceller::end_session(uint64_t number) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= queue_max) return;
    queue_.push_back(number);
  }
  changed_.notify_one();
}

void Canceller::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const uint64_t number = queue_.front();
    queue_.pop_front();
    lock.unlock();
    // Short: whoever destroys this waits for it.
    if (const Handle handle = make_handle(options_, std::chrono::seconds(1)))
      if (connect_blocking(*handle, options_)) {
        const std::string text = "KILL CONNECTION " + std::to_string(number);
        (void)mysql_real_query(handle.get(), text.data(), text.size());
      }
    lock.lock();
  }
}

}  // namespace trivet::store::mysql
