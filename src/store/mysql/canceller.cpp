#include "store/mysql/canceller.h"

#include <string>

#include "store/mysql/handle.h"

namespace trivet::store::mysql {

namespace {

constexpr std::chrono::seconds age_max(2);
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
    queue_.push_back({number, std::chrono::steady_clock::now()});
  }
  changed_.notify_one();
}

void Canceller::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const Ending ending = queue_.front();
    queue_.pop_front();
    if (std::chrono::steady_clock::now() - ending.asked > age_max) continue;
    lock.unlock();
    // Short: whoever destroys this waits for it.
    if (const Handle handle = make_handle(options_, std::chrono::seconds(1)))
      if (connect_blocking(*handle, options_)) {
        const std::string text = "KILL CONNECTION " + std::to_string(ending.number);
        (void)mysql_real_query(handle.get(), text.data(), text.size());
      }
    lock.lock();
  }
}

}  // namespace trivet::store::mysql
