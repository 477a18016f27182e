// The machine's clock and randomness as the engine takes them. Thread-safe.
#pragma once

#include <mutex>

#include "base/clock.h"
#include "base/random.h"
#include "engine/engine.h"

namespace trivet::app {

class SystemEnvironment final : public engine::Environment {
 public:
  [[nodiscard]] int64_t now_us() const override { return clock_.now_us(); }
  void random_bytes(char* to, size_t count) override {
    const std::lock_guard lock(mutex_);
    random_.fill({reinterpret_cast<std::byte*>(to), count});
  }

 private:
  SystemClock clock_;
  std::mutex mutex_;
  SystemRandom random_;  // guarded by mutex_; one, because it reads the kernel's in blocks
};

}  // namespace trivet::app
