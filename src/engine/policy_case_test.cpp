// Runs tests/cases/policy/*.txt on store/memory, SQLite, PostgreSQL and MariaDB: a schema, rows, and what
// each caller gets.
//
//   schema            … end
//   rows Model        one JSON object a line … end
//   case NAME
//   as service | anon | user {claims}
//   do {operation}                    (testing/operation_text.h)
//   gives [[…]] | affects N | fails CODE message
//   details TEXT                      of the error
//   never TEXT                        must not be in the answer or the error
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <regex>
#include <sstream>

#include "engine/testing/harness.h"
#include "engine/testing/operation_text.h"
#include "store/mysql/layout/ddl.h"
#include "store/mysql/mysql_store.h"
#include "store/mysql/testing/server.h"
#include "store/postgres/layout/ddl.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/testing/server.h"
#include "store/sql/render.h"
#include "store/sqlite/test_store.h"

namespace trivet::engine::testing {
namespace {

struct Step {
  std::string name;
  std::string as = "service";
  std::string operation;
  std::string expected;
  std::optional<std::string> details;
  std::vector<std::string> never;
};

struct Case {
  std::string schema;
  std::vector<std::string> setup;  // create operations
  std::vector<Step> steps;
};

std::string rest_of(const std::string& line, const std::string& word) {
  return line.size() > word.size() ? line.substr(word.size() + 1) : "";
}

void read_block(std::istream& in, const std::string& model, Case& made) {
  std::string rows;
  for (std::string line; std::getline(in, line) && line != "end";) {
    if (model.empty())
      made.schema += line + "\n";
    else if (!line.empty())
      rows += (rows.empty() ? "" : ",") + line;
  }
  if (!model.empty())
    made.setup.push_back("{\"create\":\"" + model + "\",\"default_missing\":true,\"rows\":[" +
                         rows + "]}");
}

Case read_case(const std::filesystem::path& path) {
  std::ifstream in(path);
  Case made;
  for (std::string line; std::getline(in, line);) {
    const std::string word = line.substr(0, line.find(' '));
    const std::string rest = rest_of(line, word);
    if (word == "schema")
      read_block(in, "", made);
    else if (word == "rows")
      read_block(in, rest, made);
    else if (word == "case")
      made.steps.push_back({rest, "service", {}, {}, {}, {}});
    else if (word == "as")
      made.steps.back().as = rest;
    else if (word == "do")
      made.steps.back().operation = rest;
    else if (word == "details")
      made.steps.back().details = rest;
    else if (word == "never")
      made.steps.back().never.push_back(rest);
    else if (word == "gives" || word == "affects" || word == "fails")
      made.steps.back().expected = line;
    else if (!word.empty() && word[0] != '#')
      ADD_FAILURE() << path << ": what is \"" << word << "\"?";
  }
  return made;
}

Identity identity_of(const std::string& as) {
  if (as == "service") return service();
  if (as == "anon") return anonymous();
  return user(rest_of(as, "user"));
}

std::string answer(Engine& engine, const std::string& text, const Identity& identity,
                   std::string* details = nullptr) {
  const auto json = parse_json(text, 64);
  if (!json) return "not JSON: " + text;
  auto parsed = parse_operation(*engine.schema(), *json);
  if (!parsed) return "bad operation: " + parsed.error().message;
  const bool returns = parsed->operation.returns_rows;
  auto outcome = run(engine, parsed->operation, parsed->params, identity);
  if (!outcome) {
    const Error& error = outcome.error();
    if (details != nullptr) *details = error.details;
    return "fails " + std::string(error_code_info(error.code).text) + " " + error.message;
  }
  if (!returns) return "affects " + std::to_string(outcome->affected);
  std::string printed = "gives " + print_rows(parsed->operation.selection, outcome->rows.batch);
  if (outcome->rows.total) printed += " of " + std::to_string(*outcome->rows.total);
  return printed;
}

class PolicyCase : public ::testing::TestWithParam<std::filesystem::path> {
 protected:
  // `settle` comes before each step.
  static void run_case(
      const Case& made, const std::shared_ptr<const schema::Schema>& schema, store::Store& store,
      const std::function<void()>& settle = [] {});
};

void PolicyCase::run_case(const Case& made, const std::shared_ptr<const schema::Schema>& schema,
                          store::Store& store, const std::function<void()>& settle) {
  for (const schema::Diagnostic& diagnostic : Engine::check(*schema, store.capabilities()))
    FAIL() << schema::render_diagnostic(schema->files, diagnostic);
  FixedEnvironment environment;
  Engine engine(schema, store, environment, {});
  for (const std::string& setup : made.setup) {
    const std::string done = answer(engine, setup, service());
    ASSERT_TRUE(done.starts_with("affects")) << setup << "\n" << done;
  }
  for (const Step& step : made.steps) {
    std::string details;
    settle();
    const std::string given = answer(engine, step.operation, identity_of(step.as), &details);
    EXPECT_EQ(given, step.expected) << "case " << step.name << ": " << step.operation;
    EXPECT_EQ(details, step.details.value_or(details)) << "case " << step.name;
    for (const std::string& text : step.never)
      EXPECT_EQ((given + details).find(text), std::string::npos)
          << "case " << step.name << " shows " << text;
  }
}

TEST_P(PolicyCase, HoldsInMemory) {
  const Case made = read_case(GetParam());
  const auto schema = make_schema(made.schema);
  ASSERT_NE(schema, nullptr);
  store::memory::MemoryStore store(schema);
  run_case(made, schema, store);
}

TEST_P(PolicyCase, HoldsOnSqlite) {
  const Case made = read_case(GetParam());
  const auto schema = make_schema(made.schema);
  ASSERT_NE(schema, nullptr);
  const store::sqlite::TestFolder folder;
  store::sqlite::SqliteOptions options;
  options.path = folder.file("data.db");
  const auto migration = store::sqlite::plan_migration(options, *schema);
  ASSERT_TRUE(migration) << migration.error().message;
  ASSERT_TRUE(store::sqlite::apply_migration(options, *migration, store::sqlite::DataLoss::accept));
  net::Pool pool({1, 16});
  auto store = store::sqlite::SqliteStore::open(options, pool);
  ASSERT_TRUE(store) << store.error().message;
  run_case(made, schema, **store);
}

TEST_P(PolicyCase, HoldsOnPostgresql) {
  using store::postgres::testing::Server;
  if (!Server::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
  Case made = read_case(GetParam());
  made.schema = std::regex_replace(made.schema, std::regex("\"sqlite\""), "\"postgresql\"");
  const auto schema = make_schema(made.schema);
  ASSERT_NE(schema, nullptr);
  store::postgres::PostgresOptions options;
  options.url = Server::instance().make_database();
  store::postgres::PostgresStore store(options, {});
  const auto tables =
      await(store.execute(store::postgres::render_database(*schema), no_deadline()));
  ASSERT_TRUE(tables) << tables.error().log_text;
  // Sequences see no keys that are given, and forget none of rows that failed.
  std::vector<std::string> numbers;
  for (const schema::Model& model : schema->models)
    for (const int column : model.columns) {
      const schema::Field& field = model.fields[column];
      if (field.default_value.kind != schema::DefaultKind::autoincrement) continue;
      const std::string table = store::sql::quote_identifier(model.db_name);
      numbers.push_back("SELECT setval(pg_get_serial_sequence('" + table + "', '" + field.db_name +
                        "'), (SELECT coalesce(max(" + store::sql::quote_identifier(field.db_name) +
                        "), 0) + 1 FROM " + table + "), false)");
    }
  run_case(made, schema, store, [&] {
    const auto settled = await(store.execute(numbers, no_deadline()));
    ASSERT_TRUE(settled) << settled.error().log_text;
  });
}

TEST_P(PolicyCase, HoldsOnMariaDB) {
  using store::mysql::testing::Server;
  if (!Server::is_installed()) GTEST_SKIP() << "MariaDB is not installed";
  Case made = read_case(GetParam());
  made.schema = std::regex_replace(made.schema, std::regex("\"sqlite\""), "\"mysql\"");
  const auto schema = make_schema(made.schema);
  ASSERT_NE(schema, nullptr);
  store::mysql::MysqlStore store(Server::instance().make_options(), {});
  const auto tables = await(store.execute(
      store::mysql::render_database(store::mysql::describe_schema(*schema)), no_deadline()));
  ASSERT_TRUE(tables) << tables.error().log_text;
  // Numbers of rows that failed are not given again: here they are, as the cases were written.
  std::vector<std::string> numbers;
  for (const schema::Model& model : schema->models)
    for (const int column : model.columns)
      if (model.fields[column].default_value.kind == schema::DefaultKind::autoincrement)
        numbers.push_back("ALTER TABLE " + store::sql::quote_identifier(model.db_name) +
                          " AUTO_INCREMENT = 1");
  run_case(made, schema, store, [&] {
    const auto settled = await(store.execute(numbers, no_deadline()));
    ASSERT_TRUE(settled) << settled.error().log_text;
  });
}

std::vector<std::filesystem::path> case_files() {
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"policy", "plan"})
    for (const auto& entry : std::filesystem::directory_iterator(std::string(TRIVET_SOURCE_DIR) +
                                                                 "/tests/cases/" + folder))
      if (entry.path().extension() == ".txt") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, PolicyCase, ::testing::ValuesIn(case_files()),
                         [](const auto& file) { return file.param.stem().string(); });

}  // namespace
}  // namespace trivet::engine::testing
