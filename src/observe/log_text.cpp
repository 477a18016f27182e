#include <fmt/format.h>

#include "observe/log_record.h"

namespace trivet::observe {
namespace {

constexpr std::string_view reset = "\x1b[0m";
constexpr std::string_view dim = "\x1b[2m";

std::string_view paint(std::string_view code, Colour colour) {
  return colour == Colour::on ? code : std::string_view{};
}

std::string_view status_colour(int status) {
  if (status >= 500) return "\x1b[31m";
  if (status >= 400) return "\x1b[33m";
  if (status >= 300) return "\x1b[36m";
  return "\x1b[32m";
}

std::string_view level_colour(Level level) {
  switch (level) {
    case Level::error: return "\x1b[31m";
    case Level::warning: return "\x1b[33m";
    case Level::info: return "\x1b[36m";
    case Level::debug: break;
  }
  return dim;
}

std::string_view level_word(Level level) {
  switch (level) {
    case Level::error: return "error";
    case Level::warning: return "warning";
    case Level::info: return "info";
    case Level::debug: break;
  }
  return "debug";
}

// A terminal must not be told what to do by a client: only plain ASCII of a path is shown as it is.
void append_plain(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c > 0x20 && c < 0x7f)
      out.push_back(c);
    else
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
  }
}

// The same for text that was written for people: blanks and letters of any alphabet stay.
void append_printable(std::string_view text, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(byte < 0x20 || byte == 0x7f ? ' ' : c);
  }
}

void append_request(const RequestRecord& request, Colour colour, std::string& out) {
  const auto into = std::back_inserter(out);
  fmt::format_to(into, "{}{}{} {:7} ", paint(status_colour(request.status), colour), request.status,
                 paint(reset, colour), request.method.view());
  append_plain(request.path.view(), out);
  fmt::format_to(into, " {}{:.2f} ms {} B", paint(dim, colour),
                 static_cast<double>(request.duration_ns) / 1e6, request.bytes_out);
  for (size_t i = 0; i < stage_count; ++i)
    if (request.stages[i] != 0)
      fmt::format_to(into, " {}={:.2f}", stage_names[i], request.stages[i] / 1e6);
  fmt::format_to(into, "{}\n", paint(reset, colour));
}

}  // namespace

void write_text(const LogRecord& record, Colour colour, std::string& out) {
  std::tm utc{};
  gmtime_r(&record.time.tv_sec, &utc);
  const auto into = std::back_inserter(out);
  fmt::format_to(into, "{}{:02}:{:02}:{:02}.{:03}{} ", paint(dim, colour), utc.tm_hour, utc.tm_min,
                 utc.tm_sec, record.time.tv_nsec / 1'000'000, paint(reset, colour));
  if (record.name.empty()) {
    append_request(record.request, colour, out);
    if (!record.message.empty()) {
      out.append("    ");
      append_printable(record.message, out);
      out.push_back('\n');
    }
    return;
  }
  fmt::format_to(into, "{}{}{} {}\n", paint(level_colour(record.level), colour),
                 level_word(record.level), paint(reset, colour), record.message);
}

}  // namespace trivet::observe
