// The values that the engine puts behind an operation's own parameters: what rules, defaults, caps
// and updates need. A plan lists where each comes from; a run makes them. Not thread-safe while it
// is filled.
#pragma once

#include <cstdint>
#include <vector>

#include "value/value.h"

namespace trivet::engine {

struct AppendedParam {
  enum class Source : uint8_t {
    rule,  // Caller::params[index]
    now,
    capped,  // the smaller of the operation's parameter `index` (-1: none) and `cap`
    cell,    // cell `index` of block row 0
  };
  Source source = Source::rule;
  int index = -1;
  uint64_t cap = 0;
  friend bool operator==(const AppendedParam&, const AppendedParam&) = default;
};

class ParamTable {
 public:
  explicit ParamTable(int base) : base_(base) {}

  // Number of the parameter; equal ones share it.
  int add(AppendedParam wanted) {
    for (size_t i = 0; i < params_.size(); ++i)
      if (params_[i] == wanted) return base_ + static_cast<int>(i);
    params_.push_back(wanted);
    return base_ + static_cast<int>(params_.size()) - 1;
  }

  [[nodiscard]] int base() const { return base_; }  // how many parameters the operation has itself
  [[nodiscard]] const std::vector<AppendedParam>& params() const { return params_; }

 private:
  int base_;
  std::vector<AppendedParam> params_;
};

}  // namespace trivet::engine
