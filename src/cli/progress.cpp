#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/terminal.h"

namespace trivet::cli {
namespace {

std::string bar(double part) {
  constexpr int width = 24;
  const int full = static_cast<int>(part * width);
  std::string text;
  for (int i = 0; i < width; ++i) text += i < full ? "█" : "░";
  return text;
}

std::string time_left(double part, double seconds) {
  if (part <= 0.01) return "";
  const auto left = static_cast<int>(seconds / part - seconds);
  return fmt::format("  {}:{:02} left", left / 60, left % 60);
}

}  // namespace

Progress::Progress(std::string label, std::optional<uint64_t> bytes_total, Switch quiet)
    : label_(std::move(label)),
      bytes_total_(bytes_total),
      shown_(quiet == Switch::off && error_is_terminal()) {}

void Progress::update(uint64_t rows, uint64_t bytes) {
  if (!shown_ || Clock::now() - drawn_at_ < std::chrono::milliseconds(100)) return;
  drawn_at_ = Clock::now();
  drawn_ = true;
  const double elapsed = std::max(seconds(), 0.001);
  std::string line = fmt::format("\r\x1b[K{}  ", label_);
  if (bytes_total_ && *bytes_total_ > 0) {
    const double part =
        std::min(1.0, static_cast<double>(bytes) / static_cast<double>(*bytes_total_));
    line += fmt::format("{} {:3.0f}%  ", bar(part), part * 100);
    line += fmt::format("{} rows  {}/s{}", grouped(rows),
                        grouped(static_cast<uint64_t>(static_cast<double>(rows) / elapsed)),
                        time_left(part, elapsed));
  } else {
    line += fmt::format("{} rows  {}/s", grouped(rows),
                        grouped(static_cast<uint64_t>(static_cast<double>(rows) / elapsed)));
  }
  print_note(line);
}

void Progress::clear() {
  if (drawn_) print_note("\r\x1b[K");
  drawn_ = false;
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - started_).count();
}

std::string grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

}  // namespace trivet::cli
