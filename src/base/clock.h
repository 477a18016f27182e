// Clock: time comes in through this interface, so that tests give their own.
//
// system_clock() reads the machine's; ManualClock stands still until told. Implementations are safe
// on any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace trivet {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time: µs since 1970-01-01T00:00:00Z; may step backwards.
  [[nodiscard]] virtual int64_t now_us() const = 0;
  // Steady time: ns since an arbitrary point; never steps backwards.
  [[nodiscard]] virtual int64_t steady_ns() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] int64_t now_us() const override;
  [[nodiscard]] int64_t steady_ns() const override;
};

// For tests: moves only when told; both times move together.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t start_us = 0) : now_us_(start_us) {}
  void advance_us(int64_t us) { now_us_.fetch_add(us, std::memory_order_relaxed); }
  void set_us(int64_t us) { now_us_.store(us, std::memory_order_relaxed); }
  [[nodiscard]] int64_t now_us() const override { return now_us_.load(std::memory_order_relaxed); }
  [[nodiscard]] int64_t steady_ns() const override { return now_us() * 1000; }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace trivet
