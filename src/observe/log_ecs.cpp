#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

#include "observe/log_record.h"

namespace trivet::observe {
namespace {

std::string_view level_word(Level level) {
  switch (level) {
    case Level::error: return "error";
    case Level::warning: return "warn";
    case Level::info: return "info";
    case Level::debug: break;
  }
  return "debug";
}

enum class Bytes : uint8_t { utf8, any };

bool is_plain(char c, Bytes bytes) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\' || byte < 0x20 || byte == 0x7f) return false;
  return byte < 0x80 || bytes == Bytes::utf8;
}

void append_special(char c, std::string& out) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out.push_back('\\');
    out.push_back(c);
  } else {
    const auto into = std::back_inserter(out);
    if (byte < 0x80) fmt::format_to(into, "\\u{:04x}", byte);
    else fmt::format_to(into, "%{:02X}", byte);
  }
}

// Bytes of any kind (a path, an id) are percent-encoded above ASCII: a log line is always valid UTF-8.
void append_escaped(std::string_view text, Bytes bytes, std::string& out) {
  while (!text.empty()) {
    size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain], bytes)) ++plain;
    out.append(text.substr(0, plain));
    if (plain == text.size()) return;
    append_special(text[plain], out);
    text.remove_prefix(plain + 1);
  }
}

// `name` with the punctuation around it: ,"url.path":"
void append_text(std::string_view name, std::string_view text, std::string& out) {
  out.append(name);
  append_escaped(text, Bytes::any, out);
  out.push_back('"');
}

void append_number(std::string_view name, uint64_t number, std::string& out) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(name).append(digits.data(), end);
}

void put_digits(char* to, unsigned value, int count) {
  for (int i = count - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

void append_time(timespec time, std::string& out) {
  const std::chrono::sys_seconds instant{std::chrono::seconds(time.tv_sec)};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(instant - day);
  char text[] = "{\"@timestamp\":\"0000-00-00T00:00:00.000Z\"";
  char* const at = text + 15;
  put_digits(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(at + 5, static_cast<unsigned>(date.month()), 2);
  put_digits(at + 8, static_cast<unsigned>(date.day()), 2);
  put_digits(at + 11, static_cast<unsigned>(clock.hours().count()), 2);
  put_digits(at + 14, static_cast<unsigned>(clock.minutes().count()), 2);
  put_digits(at + 17, static_cast<unsigned>(clock.seconds().count()), 2);
  put_digits(at + 20, static_cast<unsigned>(time.tv_nsec / 1'000'000), 3);
  out.append(text, sizeof(text) - 1);
}

void append_request(const RequestRecord& request, std::string& out) {
  append_text(",\"http.request.method\":\"", request.method.view(), out);
  append_text(",\"url.path\":\"", request.path.view(), out);
  append_text(",\"http.request.id\":\"", request.request_id.view(), out);
  append_text(",\"client.address\":\"", request.client_address.view(), out);
  out.append(",\"event.dataset\":\"trivet.access\"");
  if (!request.route.empty()) append_text(",\"trivet.route\":\"", request.route, out);
  append_number(",\"http.response.status_code\":", static_cast<uint64_t>(request.status), out);
  append_number(",\"http.request.bytes\":", request.bytes_in, out);
  append_number(",\"http.response.bytes\":", request.bytes_out, out);
  append_number(",\"event.duration\":", request.duration_ns, out);
  for (size_t i = 0; i < stage_count; ++i) {
    if (request.stages[i] == 0) continue;
    out.append(",\"trivet.stage.").append(stage_names[i]);
    append_number("_ns\":", request.stages[i], out);
  }
}

// "GET /rest/v1/cities 200"
void append_summary(const RequestRecord& request, std::string& out) {
  append_escaped(request.method.view(), Bytes::any, out);
  out.push_back(' ');
  append_escaped(request.path.view(), Bytes::any, out);
  append_number(" ", static_cast<uint64_t>(request.status), out);
}

}  // namespace

void write_ecs(const LogRecord& record, std::string& out) {
  append_time(record.time, out);
  out.append(",\"log.level\":\"").append(level_word(record.level)).append("\",\"message\":\"");
  if (record.name.empty())
    append_summary(record.request, out);
  else
    append_escaped(record.message, Bytes::utf8, out);
  out.append("\",\"ecs.version\":\"8.11.0\",\"service.name\":\"trivet\"");
  if (record.name.empty()) {
    append_request(record.request, out);
    if (!record.message.empty()) append_text(",\"error.message\":\"", record.message, out);
  } else {
    append_text(",\"event.action\":\"", record.name, out);
  }
  out.append("}\n");
}

}  // namespace trivet::observe
