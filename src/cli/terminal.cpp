#include "cli/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/commands.h"

namespace trivet::cli {
namespace {

bool wants_colours() { return error_is_terminal() && std::getenv("NO_COLOR") == nullptr; }

std::string styled(std::string_view text, const char* code) {
  return wants_colours() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

}  // namespace

int report(const Error& error) {
  // Diagnostics of a schema are whole reports with places of their own.
  if (error.code == ErrorCode::bad_schema) {
    print_note(error.message);
    return exit_failure;
  }
  std::string text = error.message;
  if (!error.details.empty()) text += "\n  " + error.details;
  if (!error.hint.empty()) text += "\n  " + error.hint;
  if (!error.log_text.empty()) text += "\n  " + error.log_text;
  return report(text);
}

int report(std::string_view message) {
  print_note(fmt::format("trivet: {}\n", message));
  return exit_failure;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void print_note(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

bool error_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

std::string bold(std::string_view text) { return styled(text, "1"); }
std::string dim(std::string_view text) { return styled(text, "2"); }

std::string json_text(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      json += c;
    }
  }
  return json + '"';
}

}  // namespace trivet::cli
