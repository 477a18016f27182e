#include "observe/log_sink.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace trivet::observe {
namespace {

// Events of this long are written together: a wake-up per line would cost the loops a system call each.
constexpr std::chrono::milliseconds gather_time{20};

timespec wall_time() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME_COARSE, &time);
  return time;
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd wait{descriptor, POLLOUT, 0};
      ::poll(&wait, 1, 1000);
    } else if (errno != EINTR) {
      return;  // nobody left to tell
    }
  }
}

}  // namespace

Colour colour_for(int descriptor) {
  return ::isatty(descriptor) == 1 ? Colour::on : Colour::off;
}

LogSink::LogSink(LogOptions options)
    : options_(options), level_min_(options.level_min), requests_(options.requests) {
  thread_ = std::jthread([this] { work(); });
}

LogSink::~LogSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

template <class Event>
void LogSink::push(const Event& event, Overflow overflow) {
  const timespec time = wall_time();
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (overflow == Overflow::drop && queue_.size() >= options_.queue_max) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    fill_record(event, time, queue_.emplace_back());
    wake = std::exchange(asleep_, false);
  }
  if (wake) wake_.notify_one();
}

void LogSink::set_level(Level level_min, Requests requests) {
  level_min_.store(level_min, std::memory_order_relaxed);
  requests_.store(requests, std::memory_order_relaxed);
}

void LogSink::request(const RequestEvent& event) {
  if (event.status < 500 && requests_.load(std::memory_order_relaxed) == Requests::failed) return;
  push(event, Overflow::drop);
}

void LogSink::lifecycle(const LifecycleEvent& event) {
  if (event.level < level_min_.load(std::memory_order_relaxed)) return;
  push(event, Overflow::keep);
}

void LogSink::work() {
  std::vector<LogRecord> records;
  std::string text;
  uint64_t reported = 0;
  for (;;) {
    bool last = false;
    {
      std::unique_lock lock(mutex_);
      asleep_ = queue_.empty();
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      asleep_ = false;
      wake_.wait_for(lock, gather_time, [this] { return stopping_; });
      last = stopping_;
      records.swap(queue_);
    }
    write(records, text);
    records.clear();
    text.clear();
    report_loss(reported);
    if (last) return;
  }
}

void LogSink::write(const std::vector<LogRecord>& records, std::string& text) const {
  for (const LogRecord& record : records) {
    if (options_.format == LogFormat::ecs)
      write_ecs(record, text);
    else
      write_text(record, options_.colour, text);
  }
  write_all(options_.descriptor, text);
}

void LogSink::report_loss(uint64_t& reported) {
  const uint64_t dropped = dropped_.load(std::memory_order_relaxed);
  if (dropped == reported) return;
  const std::string message = fmt::format("{} log lines dropped, the log is read too slowly",
                                          dropped - reported);
  reported = dropped;
  std::vector<LogRecord> records(1);
  fill_record(LifecycleEvent{Level::warning, "log.dropped", message}, wall_time(), records[0]);
  std::string text;
  write(records, text);
}

}  // namespace trivet::observe
