// The data-file cases of tests/cases/pull: X.sql makes a database and X.zmodel is its schema. Of
// again/, X.before.zmodel is the earlier schema, and X.zmodel what it becomes.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "schema/format.h"
#include "store/introspect/pull.h"
#include "store/introspect/sqlite.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/migrate.h"

namespace trivet::store::introspect {
namespace {

namespace fs = std::filesystem;

const fs::path cases = fs::path(TRIVET_SOURCE_DIR) / "tests/cases/pull";
constexpr const char* head = "datasource db {\n  provider = \"sqlite\"\n}\n";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Or, with TRIVET_CASES_OUT=FOLDER, writes what would be right into the folder.
void expect_text(const fs::path& path, const std::string& text) {
  if (const char* folder = std::getenv("TRIVET_CASES_OUT"); folder != nullptr)
    std::ofstream(fs::path(folder) / path.filename(), std::ios::binary) << text;
  EXPECT_EQ(text, read(path));
}

std::vector<fs::path> scripts_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder))
    // SQLite as we build it has no virtual tables; tests/e2e/pull has them.
    if (entry.path().extension() == ".sql" &&
        read(entry.path()).find("VIRTUAL TABLE") == std::string::npos)
      paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

// A database file that is gone at the end.
class Database {
 public:
  explicit Database(const std::string& script) {
    static int number = 0;
    const std::string name =
        "trivet-pull-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
    folder_ = fs::temp_directory_path() / name;
    fs::create_directories(folder_);
    options_.path = (folder_ / "data.db").string();
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open(options_.path.c_str(), &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 1, nullptr);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(db, script.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_free(message);
    sqlite3_close(db);
  }
  ~Database() { fs::remove_all(folder_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] const sqlite::SqliteOptions& options() const { return options_; }
  [[nodiscard]] LiveDatabase live() const {
    auto live = read_sqlite(options_);
    EXPECT_TRUE(live.has_value()) << describe_for_log(live.error());
    return live.value_or(LiveDatabase());
  }

 private:
  fs::path folder_;
  sqlite::SqliteOptions options_;
};

std::string diagnostics(const schema::CheckResult& check) {
  std::string text;
  for (const auto& diagnostic : check.diagnostics)
    text += schema::render_diagnostic(check.files, diagnostic);
  return text;
}

// A push of the schema would change nothing, and pulling again neither.
void expect_settled(const Database& database, const std::vector<schema::SourceFile>& files) {
  const schema::CheckResult check = schema::check_schema(files);
  ASSERT_TRUE(check.ok()) << diagnostics(check);
  const auto migration = sqlite::plan_migration(database.options(), *check.schema);
  ASSERT_TRUE(migration.has_value()) << describe_for_log(migration.error());
  for (const MigrationStep& step : migration->steps)
    ADD_FAILURE() << step.title << ": " << step.sql.front();
  const auto again = update_schema(database.live(), check);
  ASSERT_TRUE(again.has_value()) << describe_for_log(again.error());
  for (const ModelChange& change : again->changes)
    ADD_FAILURE() << change.name << (change.details.empty() ? "" : " " + change.details.front());
  EXPECT_EQ(again->files.front().text, files.front().text);
}

TEST(Pull, SchemasOfDatabases) {
  for (const fs::path& script : scripts_in(cases)) {
    SCOPED_TRACE(script.filename().string());
    const Database database(read(script));
    const Pulled pulled = write_schema(database.live(), head, "schema.zmodel");
    const std::string expected = read(fs::path(script).replace_extension(".zmodel"));
    EXPECT_EQ(pulled.files.front().text, std::string(head) + "\n" + expected);
    EXPECT_EQ(schema::format_schema(pulled.files.front()).text, pulled.files.front().text);
    expect_settled(database, pulled.files);
  }
}

// What a pulled schema makes of an empty file is, but for views, the same schema again.
TEST(Pull, PulledSchemasMakeTheSameDatabase) {
  for (const fs::path& script : scripts_in(cases)) {
    SCOPED_TRACE(script.filename().string());
    const Database database(read(script));
    const Pulled pulled = write_schema(database.live(), head, "schema.zmodel");
    const schema::CheckResult check = schema::check_schema(pulled.files);
    ASSERT_TRUE(check.ok()) << diagnostics(check);
    if (std::ranges::any_of(check.schema->models, &schema::Model::is_view)) continue;
    const Database empty("");
    const auto migration = sqlite::plan_migration(empty.options(), *check.schema);
    ASSERT_TRUE(migration.has_value());
    const auto applied =
        sqlite::apply_migration(empty.options(), *migration, sqlite::DataLoss::refuse);
    ASSERT_TRUE(applied.has_value()) << describe_for_log(applied.error());
    expect_settled(empty, pulled.files);
  }
}

TEST(Pull, EarlierSchemasAreBroughtUpToDate) {
  for (const fs::path& script : scripts_in(cases / "again")) {
    SCOPED_TRACE(script.filename().string());
    const Database database(read(script));
    const schema::CheckResult before = schema::check_schema(
        {{"schema.zmodel", read(fs::path(script).replace_extension(".before.zmodel"))}});
    ASSERT_TRUE(before.ok()) << diagnostics(before);
    const auto pulled = update_schema(database.live(), before);
    ASSERT_TRUE(pulled.has_value()) << describe_for_log(pulled.error());
    expect_text(fs::path(script).replace_extension(".zmodel"), pulled->files.front().text);
    expect_settled(database, pulled->files);
  }
}

// The layouts that Prisma's engine makes, and the schemas that it made them of.
TEST(Pull, PrismasLayoutsNeedNoChange) {
  for (const fs::path& script : scripts_in(cases / "../sqlite/layout")) {
    SCOPED_TRACE(script.filename().string());
    const Database database(read(script));
    const schema::CheckResult check = schema::check_schema(
        {{"schema.zmodel", read(fs::path(script).replace_extension(".prisma"))}});
    ASSERT_TRUE(check.ok()) << diagnostics(check);
    expect_settled(database, check.files);
    expect_settled(database, write_schema(database.live(), head, "schema.zmodel").files);
  }
}

// Every valid schema that SQLite can have: what a push makes of it is pulled without a change, and
// as a new schema it makes the same tables.
TEST(Pull, PushedSchemasComeBack) {
  std::vector<fs::path> paths{fs::path(TRIVET_SOURCE_DIR) / "examples/atlas/schema.zmodel"};
  for (const auto& entry : fs::directory_iterator(cases / "../schema/valid"))
    paths.push_back(entry.path());
  std::ranges::sort(paths);
  int pushed = 0;
  for (const fs::path& path : paths) {
    SCOPED_TRACE(path.filename().string());
    const schema::CheckResult check =
        schema::check_schema({{path.filename().string(), read(path)}});
    if (!check.ok() || check.schema->datasource.provider != schema::Provider::sqlite) continue;
    const Database empty("");
    const auto migration = sqlite::plan_migration(empty.options(), *check.schema);
    ASSERT_TRUE(migration.has_value());
    if (!sqlite::apply_migration(empty.options(), *migration, sqlite::DataLoss::refuse)) continue;
    ++pushed;
    const bool has_views = std::ranges::any_of(check.schema->models, &schema::Model::is_view);
    if (!has_views) expect_settled(empty, check.files);
    expect_settled(empty, write_schema(empty.live(), head, "schema.zmodel").files);
  }
  EXPECT_GT(pushed, 5);
}

TEST(Pull, ARuleOnALostFieldIsAnError) {
  const Database database("CREATE TABLE note (id INTEGER PRIMARY KEY)");
  const schema::CheckResult before = schema::check_schema(
      {{"schema.zmodel",
        std::string(head) + "model note {\n  id Int @id @default(autoincrement())\n  open Boolean\n"
                            "  @@allow('read', open)\n}\n"}});
  ASSERT_TRUE(before.ok()) << diagnostics(before);
  const auto pulled = update_schema(database.live(), before);
  ASSERT_FALSE(pulled.has_value());
  EXPECT_NE(pulled.error().message.find("@@allow('read', open)"), std::string::npos)
      << pulled.error().message;
}

}  // namespace
}  // namespace trivet::store::introspect
