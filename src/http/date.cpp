#include "http/date.h"

#include <cstring>

namespace trivet::http {
namespace {

constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void put_digits(char* to, int value, int count) {
  for (int i = count - 1; i >= 0; --i) {
    to[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

std::array<char, 29> imf_date(std::time_t seconds) {
  std::tm time{};
  gmtime_r(&seconds, &time);
  std::array<char, 29> text;
  std::memcpy(text.data(), "Sun, 00 Jan 0000 00:00:00 GMT", text.size());
  std::memcpy(text.data(), days[time.tm_wday], 3);
  put_digits(text.data() + 5, time.tm_mday, 2);
  std::memcpy(text.data() + 8, months[time.tm_mon], 3);
  put_digits(text.data() + 12, time.tm_year + 1900, 4);
  put_digits(text.data() + 17, time.tm_hour, 2);
  put_digits(text.data() + 20, time.tm_min, 2);
  put_digits(text.data() + 23, time.tm_sec, 2);
  return text;
}

}  // namespace trivet::http
