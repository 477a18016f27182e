// Collects what is wrong in a schema while it is parsed and checked.
//
// Keeps the first problem of each place and at most a fixed number of them, so that hostile input can't make a report
// of unbounded size. Not thread safe; one per check.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "schema/source.h"

namespace trivet::schema {

class Report {
 public:
  static constexpr size_t diagnostics_max = 1000;

  void add(DiagnosticKind kind, SourceRange where, std::string message, std::string hint = {});
  [[nodiscard]] size_t errors() const { return errors_; }
  [[nodiscard]] size_t size() const { return diagnostics_.size(); }

  // In file order, without repetitions. Leaves the report empty.
  [[nodiscard]] std::vector<Diagnostic> take();

 private:
  std::vector<Diagnostic> diagnostics_;
  size_t errors_ = 0;
};

// The candidate nearest to `name` in spelling (at most a third of its letters differ, or only case), or empty.
// Views into `candidates`.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            const std::vector<std::string_view>& candidates);

// `did you mean "x"?`, or empty.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       const std::vector<std::string_view>& candidates);

}  // namespace trivet::schema
