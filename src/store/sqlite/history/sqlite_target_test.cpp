#include "store/sqlite/history/sqlite_target.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "store/sqlite/introspect.h"
#include "store/sqlite/test_store.h"

namespace trivet::store::sqlite {
namespace {

using sql::MigrationState;

SqliteOptions at(std::string path) {
  SqliteOptions options;
  options.path = std::move(path);
  return options;
}

class SqliteTargetTest : public testing::Test {
 protected:
  std::string history() {
    auto records = target.history();
    if (!records) return show(records.error());
    if (!*records) return "none";
    std::string text;
    for (const sql::MigrationRecord& record : **records)
      text += record.name +
              (record.state == MigrationState::applied  ? " applied"
               : record.state == MigrationState::failed ? " failed"
                                                        : " rolled back") +
              (record.logs.empty() ? "; " : " (" + record.logs + "); ");
    return text;
  }
  std::string apply(const std::string& name, const std::string& script) {
    clock.advance_us(1000);
    auto done = target.apply({name, "c0ffee", script});
    return done ? "" : show(done.error());
  }
  std::string tables() {
    auto layout = target.describe();
    if (!layout) return show(layout.error());
    std::string names;
    for (const TableDescription& table : layout->tables) names += table.name + " ";
    return names;
  }
  int64_t number(const std::string& sql) {
    auto connection = Connection::open(options, Access::read);
    return *(*connection)->query_integer(sql);
  }

  TestFolder folder;
  ManualClock clock{1'700'000'000'000'000};
  SeededRandom random{1};
  SqliteOptions options = at(folder.file("m.db"));
  SqliteTarget target{options, clock, random};
};

TEST_F(SqliteTargetTest, ReadingMakesNothing) {
  EXPECT_EQ(history(), "none");
  EXPECT_EQ(tables(), "");
  EXPECT_TRUE(*target.is_empty());
  EXPECT_EQ(*target.count_rows("A"), 0);
  EXPECT_FALSE(std::filesystem::exists(options.path));
}

TEST_F(SqliteTargetTest, AppliesAndRecords) {
  EXPECT_EQ(apply("1_a", "CREATE TABLE A (id INTEGER); INSERT INTO A VALUES (1);"), "");
  EXPECT_EQ(apply("2_b", "ALTER TABLE A ADD COLUMN b TEXT; -- done"), "");
  EXPECT_EQ(history(), "1_a applied; 2_b applied; ");
  EXPECT_EQ(tables(), "A ");
  EXPECT_EQ(number("SELECT count(*) FROM _prisma_migrations WHERE started_at = "
                   "1700000000001 AND finished_at = started_at AND checksum = 'c0ffee' AND logs IS "
                   "NULL AND rolled_back_at IS NULL AND applied_steps_count = 1"),
            1);
}

TEST_F(SqliteTargetTest, AFailureLeavesARecordAndNothingElse) {
  EXPECT_EQ(apply("1_a", "CREATE TABLE A (id INTEGER);\nINSERT INTO B VALUES (1);"),
            "XX000: statement 2 failed: no such table: B | INSERT INTO B VALUES (1)");
  EXPECT_EQ(tables(), "");
  EXPECT_EQ(history(),
            "1_a rolled back (statement 2 failed: no such table: B\nINSERT INTO B VALUES (1)); ");
  EXPECT_EQ(apply("1_a", "CREATE TABLE A (id INTEGER)"), "");
  EXPECT_TRUE(history().ends_with("1_a applied; "));
}

TEST_F(SqliteTargetTest, AScriptWithTransactionsMayStayHalfDone) {
  EXPECT_NE(apply("1_a",
                  "BEGIN; CREATE TABLE A (id INTEGER); COMMIT; BEGIN; CREATE TABLE C (id "
                  "INTEGER); SELECT absent; COMMIT"),
            "");
  EXPECT_EQ(tables(), "A ");
  EXPECT_TRUE(history().starts_with("1_a failed (statement 6 failed: no such column: absent"))
      << history();
  EXPECT_EQ(apply("2_b", "VACUUM; BEGIN; CREATE TABLE B (id INTEGER);"), "");
  EXPECT_EQ(tables(), "A B ");
}

TEST_F(SqliteTargetTest, ChecksForeignKeysThatAScriptSuspends) {
  ASSERT_EQ(apply("1_a",
                  "CREATE TABLE A (id INTEGER PRIMARY KEY); CREATE TABLE B (id INTEGER, a "
                  "INTEGER REFERENCES A (id) ON DELETE CASCADE); INSERT INTO A VALUES (1), "
                  "(2); INSERT INTO B VALUES (1, 1), (2, 2)"),
            "");
  const std::string rebuild =
      "PRAGMA foreign_keys=OFF; CREATE TABLE new_A (id INTEGER PRIMARY KEY, b TEXT); INSERT INTO "
      "new_A (id) SELECT id FROM A; DROP TABLE A; ALTER TABLE new_A RENAME TO A; PRAGMA "
      "foreign_keys=ON;";
  EXPECT_EQ(apply("2_b", rebuild), "");
  EXPECT_EQ(number("SELECT count(*) FROM B"), 2);
  EXPECT_EQ(apply("3_c", "PRAGMA foreign_keys=OFF; DELETE FROM A WHERE id = 1"),
            "23503: it would leave 1 rows whose foreign key points to nothing");
  EXPECT_EQ(number("SELECT count(*) FROM A"), 2);
  // Without that, deleting cascades.
  EXPECT_EQ(apply("4_d", "DELETE FROM A WHERE id = 1"), "");
  EXPECT_EQ(number("SELECT count(*) FROM B"), 1);
}

TEST_F(SqliteTargetTest, TakesBack) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE A (id INTEGER)"), "");
  const auto records = *target.history();
  const auto failed = target.revert(records->front(), "DROP TABLE A; DROP TABLE X");
  ASSERT_FALSE(failed);
  EXPECT_EQ(tables(), "A ");
  ASSERT_TRUE(target.revert(records->front(), "DROP TABLE A"));
  EXPECT_EQ(tables(), "");
  EXPECT_EQ(history(), "1_a rolled back (rolled back with down.sql); ");
}

TEST_F(SqliteTargetTest, ReadsTheTimesOfOtherDrivers) {
  ASSERT_EQ(apply("2_b", "CREATE TABLE A (id INTEGER)"), "");
  ASSERT_EQ(apply("3_c", "CREATE TABLE B (id INTEGER)"), "");
  ASSERT_TRUE(
      target.run("UPDATE _prisma_migrations SET started_at = '2001-02-03T04:05:06.789Z' "
                 "WHERE migration_name = '3_c'"));
  EXPECT_EQ(history(), "3_c applied; 2_b applied; ");
}

TEST_F(SqliteTargetTest, OneProcessAtATime) {
  auto held = target.lock(std::chrono::seconds(0));
  ASSERT_TRUE(held);
  SqliteTarget other(options, clock, random);
  const auto refused = other.lock(std::chrono::seconds(0));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::lock_not_available);
  held->reset();
  EXPECT_TRUE(other.lock(std::chrono::seconds(0)));
  EXPECT_FALSE(std::filesystem::exists(options.path + "-migrate"));
}

TEST_F(SqliteTargetTest, AShadowIsEmptyAndApart) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE A (id INTEGER)"), "");
  auto shadow = target.shadow();
  ASSERT_TRUE(shadow);
  EXPECT_TRUE(*(*shadow)->is_empty());
  ASSERT_TRUE((*shadow)->run("CREATE TABLE B (id INTEGER)"));
  EXPECT_EQ((*shadow)->describe()->tables.size(), 1U);
  EXPECT_EQ(tables(), "A ");
}

}  // namespace
}  // namespace trivet::store::sqlite
