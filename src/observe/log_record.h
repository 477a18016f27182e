// One log line before it is text: what an event loop copies out of an event, and the two ways to write it.
//
// Holds no header, query or body. Copying into one allocates nothing for a request. Pure functions; values.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

#include "observe/event.h"

namespace trivet::observe {

// Text of at most N bytes; what is longer is cut.
template <size_t N>
class ShortText {
 public:
  ShortText() {}  // the bytes stay as they are: clearing them would cost more than the text
  void assign(std::string_view text) {
    size_ = static_cast<uint8_t>(std::min(text.size(), N));
    if (size_ > 0) std::memcpy(text_.data(), text.data(), size_);
  }
  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

 private:
  static_assert(N < 256);
  uint8_t size_ = 0;
  std::array<char, N> text_;
};

struct RequestRecord {
  std::string_view route;
  ShortText<7> method;
  ShortText<120> path;
  ShortText<64> request_id;
  ShortText<46> client_address;
  int status = 0;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  uint64_t duration_ns = 0;
  StageTimes stages{};
};

struct LogRecord {
  timespec time{};
  Level level = Level::info;
  RequestRecord request;  // when name is empty
  std::string name;     // of a lifecycle event
  std::string message;  // of a lifecycle event, or why a request failed
};

enum class LogFormat : uint8_t { text, ecs };
enum class Colour : uint8_t { off, on };

// `record` is a fresh one: filled where it lies, because a copy costs as much as all the rest.
void fill_record(const RequestEvent& event, timespec time, LogRecord& record);
void fill_record(const LifecycleEvent& event, timespec time, LogRecord& record);

// One line for a person, in UTC.
void write_text(const LogRecord& record, Colour colour, std::string& out);
// One JSON object per line, fields named by the Elastic Common Schema 8.
void write_ecs(const LogRecord& record, std::string& out);

}  // namespace trivet::observe
