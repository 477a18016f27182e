#include <fmt/format.h>

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

// Bytes of any kind (a path, an id) are percent-encoded above ASCII: a log line is always valid UTF-8.
void append_string(std::string_view text, Bytes bytes, std::string& out) {
  const auto into = std::back_inserter(out);
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(into, "\\u{:04x}", byte);
    } else if (byte >= 0x80 && bytes == Bytes::any) {
      fmt::format_to(into, "%{:02X}", byte);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out.append(",\"").append(name).append("\":");
  append_string(text, Bytes::any, out);
}

void append_time(timespec time, std::string& out) {
  std::tm utc{};
  gmtime_r(&time.tv_sec, &utc);
  fmt::format_to(std::back_inserter(out),
                 "{{\"@timestamp\":\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z\"",
                 utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                 utc.tm_sec, time.tv_nsec / 1'000'000);
}

void append_request(const RequestRecord& request, std::string& out) {
  const auto into = std::back_inserter(out);
  append_member("http.request.method", request.method.view(), out);
  append_member("url.path", request.path.view(), out);
  append_member("http.request.id", request.request_id.view(), out);
  append_member("client.address", request.peer_address.view(), out);
  append_member("event.dataset", "trivet.access", out);
  if (!request.route.empty()) append_member("trivet.route", request.route, out);
  fmt::format_to(into,
                 ",\"http.response.status_code\":{},\"http.request.bytes\":{},"
                 "\"http.response.bytes\":{},\"event.duration\":{}",
                 request.status, request.bytes_in, request.bytes_out, request.duration_ns);
  for (size_t i = 0; i < stage_count; ++i)
    if (request.stages[i] != 0)
      fmt::format_to(into, ",\"trivet.stage.{}_ns\":{}", stage_names[i], request.stages[i]);
}

}  // namespace

void write_ecs(const LogRecord& record, std::string& out) {
  append_time(record.time, out);
  fmt::format_to(std::back_inserter(out), ",\"log.level\":\"{}\"", level_word(record.level));
  out.append(",\"message\":");
  if (record.name.empty()) {
    append_string(fmt::format("{} {} {}", record.request.method.view(), record.request.path.view(),
                              record.request.status),
                  Bytes::any, out);
    out.append(",\"ecs.version\":\"8.11.0\",\"service.name\":\"trivet\"");
    append_request(record.request, out);
  } else {
    append_string(record.message, Bytes::utf8, out);
    out.append(",\"ecs.version\":\"8.11.0\",\"service.name\":\"trivet\"");
    append_member("event.action", record.name, out);
  }
  out.append("}\n");
}

}  // namespace trivet::observe
