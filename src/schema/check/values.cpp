#include "schema/check/values.h"

#include <charconv>

#include <simdjson.h>

namespace trivet::schema {

std::optional<int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool read_string(const tree::Node* node, std::string& out) {
  if (!node || node->kind != tree::NodeKind::string) return false;
  out = decode_string(node->text);
  return true;
}

bool read_integer(const tree::Node* node, int64_t& out) {
  if (!node || node->kind != tree::NodeKind::number) return false;
  const auto value = parse_integer(node->text);
  if (!value) return false;
  out = *value;
  return true;
}

bool is_valid_json(std::string_view text) {
  simdjson::dom::parser parser;
  return parser.parse(simdjson::padded_string(text)).error() == simdjson::SUCCESS;
}

bool is_valid_base64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  size_t padding = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (c == '=' && i + 2 >= text.size()) ++padding;
    else if (!letter || padding > 0) return false;
  }
  return true;
}

namespace {

bool two_digits(std::string_view text, size_t at, int& out) {
  if (at + 2 > text.size()) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!digit(text[at]) || !digit(text[at + 1])) return false;
  out = (text[at] - '0') * 10 + (text[at + 1] - '0');
  return true;
}

bool real_day(int year, int month, int day) {
  static constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

}  // namespace

bool is_valid_datetime(std::string_view t) {
  int century = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!two_digits(t, 0, century) || !two_digits(t, 2, year) || !two_digits(t, 5, month) || !two_digits(t, 8, day) ||
      !two_digits(t, 11, hour) || !two_digits(t, 14, minute) || !two_digits(t, 17, second)) {
    return false;
  }
  if (t[4] != '-' || t[7] != '-' || (t[10] != 'T' && t[10] != 't' && t[10] != ' ') || t[13] != ':' || t[16] != ':') return false;
  if (!real_day(century * 100 + year, month, day) || hour > 23 || minute > 59 || second > 60) return false;
  size_t at = 19;
  if (at < t.size() && t[at] == '.') {
    const size_t first = ++at;
    while (at < t.size() && t[at] >= '0' && t[at] <= '9') ++at;
    if (at == first) return false;
  }
  if (at + 1 == t.size()) return t[at] == 'Z' || t[at] == 'z';
  int zone_hour = 0, zone_minute = 0;
  return at + 6 == t.size() && (t[at] == '+' || t[at] == '-') && t[at + 3] == ':' && two_digits(t, at + 1, zone_hour) &&
         two_digits(t, at + 4, zone_minute) && zone_hour < 24 && zone_minute < 60;
}

}  // namespace trivet::schema
