// The Date header's text, made once per second. Not thread-safe: one per session.
#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace trivet::http {

// IMF-fixdate (RFC 9110, 5.6.7), always 29 bytes.
[[nodiscard]] std::array<char, 29> imf_date(std::time_t seconds);

class DateCache {
 public:
  // Of the coarse clock; the view lives until the next call.
  [[nodiscard]] std::string_view now() {
    timespec time{};
    clock_gettime(CLOCK_REALTIME_COARSE, &time);
    if (time.tv_sec != second_) {
      second_ = time.tv_sec;
      text_ = imf_date(second_);
    }
    return {text_.data(), text_.size()};
  }

 private:
  std::time_t second_ = -1;
  std::array<char, 29> text_{};
};

}  // namespace trivet::http
