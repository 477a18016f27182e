// Numbers that count up and come in disorder: which were not seen yet. A value.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace trivet::store::mysql {

class Unseen {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // From here on; numbers up to it count as seen.
  void begin_at(int64_t last) { last_ = last; }
  // `ids`: that were found now, in order. Numbers between that were not found are looked for until `now` plus `patience`.
  void saw(const std::vector<int64_t>& ids, Time now, std::chrono::seconds patience);
  // What SQL finds the rest with: `column` > last OR one of those that are missing.
  [[nodiscard]] std::string condition(const std::string& column) const;
  [[nodiscard]] size_t gaps() const { return gaps_.size(); }

 private:
  struct Gap {
    int64_t from;
    int64_t to;
    Time until;
  };
  void fill(int64_t id);

  int64_t last_ = 0;
  std::vector<Gap> gaps_;
};

}  // namespace trivet::store::mysql
