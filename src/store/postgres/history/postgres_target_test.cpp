// Migrations against a real server; layouts are compared with Prisma's in tests/e2e/migrate.
#include "store/postgres/history/postgres_target.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/postgres/history/compare.h"
#include "store/postgres/testing/server.h"

namespace trivet::store::postgres {
namespace {

using sql::MigrationState;
using testing::Server;

class PostgresTargetTest : public ::testing::Test {
 protected:
  static PostgresTargetOptions at(std::string url) {
    PostgresTargetOptions options;
    options.database.url = std::move(url);
    options.lock_timeout = std::chrono::milliseconds(20);
    options.attempts_max = 2;
    return options;
  }
  // "host=H port=P user=U dbname=D" as a URL.
  static std::string as_url(const std::string& text) {
    const size_t name = text.rfind("dbname=");
    std::string options = text.substr(0, name);
    options.pop_back();
    std::ranges::replace(options, ' ', '&');
    return "postgres:///" + text.substr(name + 7) + "?" + options;
  }
  std::string run(const std::string& sql) { return Server::instance().run(url, sql); }
  std::string history() {
    auto records = target.history();
    if (!records) return records.error().message;
    if (!*records) return "none";
    std::string text;
    for (const sql::MigrationRecord& record : **records)
      text += record.name + (record.state == MigrationState::applied  ? " applied; "
                             : record.state == MigrationState::failed ? " failed; "
                                                                      : " rolled back; ");
    return text;
  }
  std::string apply(const std::string& name, const std::string& script) {
    auto done = target.apply({name, "c0ffee", script});
    return done ? "" : done.error().message;
  }
  std::string tables() {
    auto layout = target.describe();
    if (!layout) return layout.error().message;
    std::string names;
    for (const TableDescription& table : layout->tables) names += table.name + " ";
    return names;
  }

  std::string url = Server::instance().make_database();
  ManualClock clock{1'700'000'000'000'000};
  SeededRandom random{std::hash<std::string>()(url)};
  PostgresTarget target{at(url), clock, random};
};

TEST_F(PostgresTargetTest, ReadingMakesNothing) {
  EXPECT_EQ(history(), "none");
  EXPECT_TRUE(*target.is_empty());
  EXPECT_EQ(*target.count_rows("A"), 0);
  EXPECT_EQ(run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
}

TEST_F(PostgresTargetTest, AScriptAndItsRecordAreOne) {
  EXPECT_EQ(apply("1_a", "CREATE TABLE a (id INT); SELECT set_config('search_path', '', false);"),
            "");
  EXPECT_EQ(apply("2_b", "CREATE TABLE b (id INT);\nINSERT INTO c VALUES (1);"),
            "statement 2 failed: relation \"c\" does not exist");
  EXPECT_EQ(tables(), "a ");
  EXPECT_EQ(history(), "1_a applied; 2_b rolled back; ");
  EXPECT_EQ(apply("3_c", "CREATE TABLE c (id INT); COPY c FROM STDIN"),
            "statement 2 failed: COPY from or to the client isn't possible here");
  EXPECT_EQ(apply("4_d", "BEGIN; CREATE TABLE d (id INT); COMMIT; SELECT absent"),
            "statement 4 failed: column \"absent\" does not exist");
  EXPECT_EQ(tables(), "a d ");
  EXPECT_TRUE(history().ends_with("4_d failed; ")) << history();
}

TEST_F(PostgresTargetTest, TakesBack) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE a (id INT)"), "");
  const auto records = *target.history();
  EXPECT_FALSE(target.revert(records->front(), "DROP TABLE a; DROP TABLE x"));
  EXPECT_FALSE(target.revert(records->front(), "DROP INDEX CONCURRENTLY x"));
  EXPECT_EQ(tables(), "a ");
  ASSERT_TRUE(target.revert(records->front(), "DROP TABLE a"));
  EXPECT_EQ(history(), "1_a rolled back; ");
}

TEST_F(PostgresTargetTest, GivesUpALockedTable) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE a (id INT)"), "");
  PostgresOptions options;
  options.url = url;
  auto other = *Session::open(options);
  ASSERT_TRUE(other->execute("BEGIN"));
  ASSERT_TRUE(other->execute("LOCK a"));
  EXPECT_EQ(apply("2_b", "ALTER TABLE a ADD COLUMN b INT"),
            "statement 1 failed: canceling statement due to lock timeout");
  ASSERT_TRUE(other->execute("COMMIT"));
  EXPECT_EQ(apply("2_b", "ALTER TABLE a ADD COLUMN b INT"), "");
}

TEST_F(PostgresTargetTest, OneProcessAtATime) {
  auto held = target.lock(std::chrono::seconds(0));
  ASSERT_TRUE(held);
  PostgresTarget other(at(url), clock, random);
  const auto refused = other.lock(std::chrono::seconds(0));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::lock_not_available);
  held->reset();
  EXPECT_TRUE(other.lock(std::chrono::seconds(1)));
}

TEST_F(PostgresTargetTest, AShadowIsEmptyApartAndGone) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE a (id INT)"), "");
  auto shadow = target.shadow();
  ASSERT_TRUE(shadow) << shadow.error().message;
  EXPECT_TRUE(*(*shadow)->is_empty());
  ASSERT_TRUE((*shadow)->run("CREATE TABLE b (id INT)"));
  EXPECT_EQ(tables(), "a ");
  shadow->reset();
  EXPECT_EQ(run("SELECT count(*) FROM pg_database WHERE datname LIKE 'trivet_shadow%'"), "0");
}

TEST_F(PostgresTargetTest, ANamedShadowIsEmptiedUnlessItIsSomebodys) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE a (id INT)"), "");
  const std::string other = Server::instance().make_database();
  const auto shadow_at = [&](const std::string& place) {
    PostgresTargetOptions options = at(url);
    options.shadow_url = as_url(place);
    PostgresTarget named(options, clock, random);
    const auto shadow = named.shadow();
    return shadow ? std::string("made") : shadow.error().message;
  };
  Server::instance().run(other, "CREATE TABLE junk (id INT)");
  EXPECT_EQ(shadow_at(other), "made");
  EXPECT_EQ(Server::instance().run(other, "SELECT count(*) FROM pg_tables WHERE tablename = 'junk'"),
            "0");
  EXPECT_EQ(shadow_at(url),
            "`[database] shadow_url` is the project's own database, which would be emptied");
  EXPECT_EQ(tables(), "a ");
  Server::instance().run(other, "CREATE TABLE _prisma_migrations ()");
  EXPECT_NE(shadow_at(other).find("with a history of migrations"), std::string::npos);
  EXPECT_EQ(Server::instance().run(other, "SELECT count(*) FROM _prisma_migrations"), "0");
}

TEST(CompareTest, TellsWhichTypesAreWider) {
  EXPECT_TRUE(is_widened("character varying(20)", "character varying(21)"));
  EXPECT_TRUE(is_widened("character varying(20)", "text"));
  EXPECT_TRUE(is_widened("text", "character varying"));
  EXPECT_FALSE(is_widened("character varying(20)", "character varying(19)"));
  EXPECT_FALSE(is_widened("text", "character varying(20)"));
  EXPECT_FALSE(is_widened("integer", "bigint"));
  EXPECT_FALSE(is_widened("integer", "text"));
}

TEST(CompareTest, PairsWhatOnlyHasAnotherName) {
  const DatabaseDescription from{
      {{"A", {{"x", "text", false, false, {}}}, {}, {{"one", false, {{"x"}}, {}}}, {}, {}}}, {}};
  DatabaseDescription to = from;
  to.tables[0].indexes[0].name = "two";
  const auto changes = compare_layouts(from, to);
  ASSERT_EQ(changes.size(), 1U);
  ASSERT_EQ(changes[0].renamed.size(), 1U);
  EXPECT_EQ(changes[0].renamed[0].to, "two");
  EXPECT_TRUE(changes[0].added_indexes.empty());
  EXPECT_TRUE(compare_layouts(from, from).empty());
}

}  // namespace
}  // namespace trivet::store::postgres
