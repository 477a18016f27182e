// A sink that writes log lines to a descriptor without ever holding up an event loop.
//
// An event is copied into a bounded queue; one thread of its own formats and writes. When the reader of the log is
// slower than the events, lines are dropped, counted, and the loss is itself logged. Lifecycle events are never
// dropped.
// Thread-safe. The destructor writes what is queued.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "observe/log_record.h"

namespace trivet::observe {

enum class Requests : uint8_t { failed, all };  // failed: answers of 5xx alone

struct LogOptions {
  int descriptor = 2;  // not owned
  LogFormat format = LogFormat::text;
  Colour colour = Colour::off;  // of text
  Requests requests = Requests::all;
  Level level_min = Level::info;
  size_t queue_max = 8192;
};

// Text in colour for a terminal, plain text for anything else. `NO_COLOR` is honoured by the caller.
[[nodiscard]] Colour colour_for(int descriptor);

class LogSink final : public Sink {
 public:
  explicit LogSink(LogOptions options);
  ~LogSink() override;

  // From now on; any thread.
  void set_level(Level level_min, Requests requests);

  void request(const RequestEvent& event) override;
  void lifecycle(const LifecycleEvent& event) override;

  [[nodiscard]] uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  enum class Overflow : uint8_t { drop, keep };
  template <class Event>
  void push(const Event& event, Overflow overflow);
  void work();
  void write(const std::vector<LogRecord>& records, std::string& text) const;
  void report_loss(uint64_t& reported);

  const LogOptions options_;
  std::atomic<Level> level_min_;
  std::atomic<Requests> requests_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<LogRecord> queue_;  // guarded by mutex_
  bool asleep_ = false;           // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_
  std::atomic<uint64_t> dropped_{0};
  std::jthread thread_;
};

}  // namespace trivet::observe
