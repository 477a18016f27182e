// One accepted connection, as protocols see it: bytes in, bytes out, a deadline.
//
// Reading and writing report how they ended as a value, never by exception. The loop that owns the stream looks at all
// deadlines once per tick, so setting one costs a store and no timer. Leaves out: framing, protocols.
// Used only on the thread of its loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/task.h"

namespace trivet::net {

class Pool;

enum class IoStatus : uint8_t {
  ok,
  blocked,  // try_write: the peer's window is full
  end,      // the peer closed its side
  expired,  // the deadline passed
  drained,  // the server is stopping and the connection was idle, or the drain deadline passed
  failed,   // reset and the like
};

struct IoResult {
  size_t bytes = 0;
  IoStatus status = IoStatus::ok;
};

// What the connection waits for. An idle one is closed at once when the server drains. While an answer is being made
// nobody reads, so the loop looks once per tick whether the peer has closed; if so, the coroutine that makes the answer
// is cancelled, which only Pool::run takes notice of.
enum class Activity : uint8_t { idle, busy, answering };

class Stream {
 public:
  using Clock = std::chrono::steady_clock;

  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // At least one byte, or a status other than ok. `buffer` must live until the task ends.
  virtual task<IoResult> read_some(std::span<char> buffer) = 0;

  // Sends what the kernel takes now of `first` and then `second`, in one call.
  virtual IoResult try_write(std::string_view first, std::string_view second) = 0;

  // Sends both whole, waiting when blocked. The views must live until the task ends.
  virtual task<IoStatus> write_all(std::string_view first, std::string_view second) = 0;

  // Tells the peer that nothing follows; reading goes on.
  virtual void shutdown_write() = 0;

  // Goes on after what is ready on this loop now has run.
  virtual task<void> yield() = 0;

  // Runs `function` on this loop after what is running now has waited or ended.
  virtual void post(std::function<void()> function) = 0;

  // A pending or later read or write ends as `expired` once this has passed (checked per tick).
  void expire_at(Clock::time_point deadline) { deadline_ = deadline; }
  void expire_never() { deadline_ = Clock::time_point::max(); }
  void set_activity(Activity activity) { activity_ = activity; }

  // True from the moment that the server drains: finish what is in flight and close.
  [[nodiscard]] bool draining() const { return *draining_; }
  // Takes what would hold this loop for long.
  [[nodiscard]] Pool& pool() const { return *pool_; }
  // "192.0.2.1", "2001:db8::1", or "unix"; lives as long as the stream.
  [[nodiscard]] std::string_view peer_address() const { return peer_address_; }
  // Which loop (0 … threads-1) runs this connection: an index for per-thread state.
  [[nodiscard]] unsigned loop_index() const { return loop_index_; }

 protected:
  Clock::time_point deadline_ = Clock::time_point::max();
  Activity activity_ = Activity::idle;
  const bool* draining_ = nullptr;
  Pool* pool_ = nullptr;
  unsigned loop_index_ = 0;
  std::string peer_address_;
};

}  // namespace trivet::net
