// A progress line on a terminal: bar, percent, rows, rows a second, time left. Draws at most ten
// times a second, on standard error, and only there when it is a terminal. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/commands.h"

namespace trivet::cli {

class Progress {
 public:
  Progress(std::string label, std::optional<uint64_t> bytes_total, Switch quiet);

  void update(uint64_t rows, uint64_t bytes);
  // Takes the line away, so that other text can be written.
  void clear();
  [[nodiscard]] double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  std::optional<uint64_t> bytes_total_;
  bool shown_;
  bool drawn_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point drawn_at_{};
};

// "135,233"
[[nodiscard]] std::string grouped(uint64_t number);

}  // namespace trivet::cli
