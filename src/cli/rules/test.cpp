#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/check.h"
#include "app/drivers/scratch.h"
#include "app/environment.h"
#include "app/project.h"
#include "app/rules/test_run.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "net/pool.h"
#include "store/memory/memory_store.h"

namespace trivet::cli {
namespace {

namespace fs = std::filesystem;

struct Counts {
  int passed = 0;
  int failed = 0;
};

// Beside the schema, and in the project's folder.
std::vector<std::string> test_files(const app::Config& config, const schema::Schema& schema) {
  std::set<fs::path> folders{fs::path(config.folder).lexically_normal()};
  for (const schema::SourceFile& file : schema.files)
    folders.insert(fs::path(file.path).parent_path().lexically_normal());
  std::set<std::string> files;
  for (const fs::path& folder : folders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, error))
      if (entry.path().filename().string().ends_with(".test.toml"))
        files.insert(entry.path().lexically_normal().string());
  }
  return {files.begin(), files.end()};
}

class TestRunner {
 public:
  TestRunner(const TestArguments& arguments, std::shared_ptr<const schema::Schema> schema)
      : arguments_(arguments), schema_(std::move(schema)) {}

  // False if the given rows can't be written.
  bool run(const app::RuleTestFile& file, store::Store& store, const std::string& name,
           const std::function<result<void>()>& after_given) {
    Limits limits;
    engine::Engine engine(schema_, store, environment_, limits);
    auto given = app::write_given(engine, file);
    if (given) given = after_given();
    if (!given) {
      report(given.error());
      return false;
    }
    print(fmt::format("{} on {}\n", file.path, name));
    for (const app::RuleTest& test : file.tests) {
      if (test.name.find(arguments_.filter) == std::string::npos) continue;
      const app::TestOutcome outcome = app::run_rule_test(engine, test);
      ++(outcome.ok() ? counts_.passed : counts_.failed);
      print(fmt::format("  {}  {}\n", outcome.ok() ? "ok  " : "FAIL", test.name));
      if (outcome.ok()) continue;
      print(fmt::format("        {}: {}: {} {}\n", test.place, test.who, test.method, test.target));
      for (const std::string& wrong : outcome.wrong) print(fmt::format("        {}\n", indented(wrong)));
    }
    return true;
  }

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  static std::string indented(std::string text) {
    for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
      text.insert(at + 1, "        ");
    return text;
  }

  const TestArguments& arguments_;
  const std::shared_ptr<const schema::Schema> schema_;
  app::SystemEnvironment environment_;
  Counts counts_;
};

bool on_memory(TestRunner& runner, const app::RuleTestFile& file,
               const std::shared_ptr<const schema::Schema>& schema) {
  store::memory::MemoryStore store(schema);
  return runner.run(file, store, "memory", [] { return result<void>(); });
}

bool on_database(TestRunner& runner, const app::RuleTestFile& file, const app::Config& config,
                 const schema::Schema& schema) {
  net::Pool pool({.threads = 1, .queue_max = 16});
  const auto scratch = app::make_scratch_database(config, schema, app::process_environment());
  if (!scratch) {
    report(scratch.error());
    return false;
  }
  const auto database = (*scratch)->driver().open({pool, {}});
  if (!database) {
    report(database.error());
    return false;
  }
  store::Store& store = (*database)->store();
  return runner.run(file, store, store.capabilities().store_name,
                    [&] { return (*scratch)->advance_counters(schema); });
}

}  // namespace

int run(const TestArguments& arguments) {
  const auto loaded = app::load_config(
      {arguments.common.folder, app::process_environment(), arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  schema::CheckResult check = app::load_project_schema(loaded->config);
  app::check_servable(check);
  const auto schema = app::require_schema(check);
  if (!schema) return report(schema.error());
  const std::vector<std::string> paths = test_files(loaded->config, **schema);
  if (paths.empty())
    return report("there are no tests: write them into schema.test.toml (docs/rules.md)");
  TestRunner runner(arguments, *schema);
  bool ran = true;
  for (const std::string& path : paths) {
    const auto file = app::read_rule_tests(path, **schema);
    if (!file) {
      report(file.error());
      ran = false;
      continue;
    }
    if (arguments.store != "database") ran = on_memory(runner, *file, *schema) && ran;
    if (arguments.store != "memory") ran = on_database(runner, *file, loaded->config, **schema) && ran;
  }
  print(fmt::format("{} passed, {} failed\n", runner.counts().passed, runner.counts().failed));
  if (runner.counts().passed + runner.counts().failed == 0) ran = false;
  return ran && runner.counts().failed == 0 ? exit_ok : exit_failure;
}

}  // namespace trivet::cli
