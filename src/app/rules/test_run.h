// Runs rule tests on one store: the given rows are written, then each test on them, and what it
// writes is undone. Blocking; one thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/rules/test_file.h"
#include "engine/engine.h"

namespace trivet::app {

// What came of one test: nothing is wrong, or what was expected and what came.
struct TestOutcome {
  std::vector<std::string> wrong;
  [[nodiscard]] bool ok() const { return wrong.empty(); }
};

// Rows as the service key writes them. Errors: bad_config with the place of the row.
[[nodiscard]] result<void> write_given(engine::Engine& engine, const RuleTestFile& file);
[[nodiscard]] TestOutcome run_rule_test(engine::Engine& engine, const RuleTest& test);

// Whether two JSON texts say the same; numbers by value, members in any order.
[[nodiscard]] bool same_json(std::string_view left, std::string_view right);
// Whether two JSON arrays have the same elements, in any order.
[[nodiscard]] bool same_rows(std::string_view left, std::string_view right);

}  // namespace trivet::app
