#include "engine/testing/harness.h"

#include <gtest/gtest.h>

namespace trivet::engine::testing {

std::shared_ptr<const schema::Schema> make_schema(const std::string& text) {
  schema::CheckResult checked = schema::check_schema({{"schema.zmodel", text}});
  std::string problems;
  for (const schema::Diagnostic& diagnostic : checked.diagnostics)
    problems += schema::render_diagnostic(checked.files, diagnostic);
  EXPECT_TRUE(checked.ok()) << problems;
  return checked.schema;
}

}  // namespace trivet::engine::testing
