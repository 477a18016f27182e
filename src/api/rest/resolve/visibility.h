// What the caller may know of: the columns that `*` shows, the tables that a hint may name. Decided by the engine.
#pragma once

namespace trivet::api::rest {

class Visibility {
 public:
  virtual ~Visibility() = default;
  [[nodiscard]] virtual bool readable(int model, int field) const = 0;
  [[nodiscard]] virtual bool usable(int model) const = 0;
};

// What was answered for a field with rules, so that a decoded request is reused only for callers who'd get the same answer.
struct SeenField {
  int model = -1;
  int field = -1;
  bool readable = false;
};

}  // namespace trivet::api::rest
