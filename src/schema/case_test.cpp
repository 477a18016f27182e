// The data-file cases of tests/cases/schema: a header of `// error: kind line` comments says what must be reported.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "schema/dmmf.h"
#include "schema/format.h"
#include "schema/schema.h"

namespace trivet::schema {
namespace {

namespace fs = std::filesystem;
using Errors = std::set<std::pair<std::string, uint32_t>>;

const fs::path folder = fs::path(TRIVET_SOURCE_DIR) / "tests/cases/schema";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<fs::path> files_in(const std::string& name) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder / name)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

Errors expected_errors(const std::string& text) {
  Errors errors;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("// error: ") && !line.starts_with("\xEF\xBB\xBF// error: ")) continue;
    std::istringstream words(line.substr(line.find(": ") + 2));
    std::string kind;
    uint32_t number = 0;
    words >> kind >> number;
    errors.emplace(kind, number);
  }
  return errors;
}

Errors actual_errors(const CheckResult& result) {
  Errors errors;
  for (const auto& d : result.diagnostics) {
    if (d.kind == DiagnosticKind::warning) continue;
    EXPECT_FALSE(d.message.empty());
    errors.emplace(diagnostic_kind_name(d.kind), line_column(result.files[d.where.file].text, d.where.begin).line);
  }
  return errors;
}

CheckResult check(const fs::path& path, std::string text) {
  return check_schema({{"schema" + path.extension().string(), std::move(text)}});
}

// Formatting never changes the meaning, and does nothing the second time.
void expect_stable_format(const fs::path& path, const std::string& text, const CheckResult& before) {
  const auto once = format_schema({path.string(), text});
  if (!once.diagnostics.empty()) return;
  EXPECT_EQ(format_schema({path.string(), once.text}).text, once.text);
  const auto after = check(path, once.text);
  EXPECT_EQ(before.ok(), after.ok()) << once.text;
  if (before.ok() && after.ok()) {
    EXPECT_EQ(before.schema->fingerprint, after.schema->fingerprint) << once.text;
  }
}

TEST(SchemaCases, ReportWhatTheirHeadersSay) {
  for (const auto* name : {"valid", "invalid"}) {
    for (const auto& path : files_in(name)) {
      SCOPED_TRACE(path.filename().string());
      const auto text = read(path);
      const auto result = check(path, text);
      EXPECT_EQ(actual_errors(result), expected_errors(text));
      EXPECT_EQ(result.ok(), std::string(name) == "valid");
      if (result.ok()) {
        EXPECT_FALSE(render_dmmf(*result.schema).empty());
      }
      for (const auto& d : result.diagnostics) EXPECT_TRUE(render_diagnostic(result.files, d).ends_with('\n'));
      expect_stable_format(path, text, result);
    }
  }
}

TEST(SchemaCases, FormatToTheirPartner) {
  size_t pairs = 0;
  for (const auto& path : files_in("format")) {
    const auto stem = path.stem().string();
    if (!stem.ends_with(".in")) continue;
    SCOPED_TRACE(stem);
    const auto out = path.parent_path() / (stem.substr(0, stem.size() - 2) + "out" + path.extension().string());
    const auto result = format_schema({path.string(), read(path)});
    EXPECT_TRUE(result.diagnostics.empty());
    EXPECT_EQ(result.text, read(out));
    ++pairs;
  }
  EXPECT_GE(pairs, 5U);
}

}  // namespace
}  // namespace trivet::schema
