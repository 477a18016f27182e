// Migrations against a real server.
#include "store/mysql/history/mysql_target.h"

#include <gtest/gtest.h>

#include "store/mysql/history/layout.h"
#include "store/mysql/history/script.h"
#include "store/mysql/layout/url.h"
#include "store/mysql/testing/server.h"

namespace trivet::store::mysql {
namespace {

using sql::MigrationState;
using testing::Server;

TEST(MysqlScript, IsQuotedForTheServersUsualMode) {
  EXPECT_EQ(with_backticks(R"(ALTER TABLE "a""b" ADD "x`y" TEXT DEFAULT 'it''s \ "so"')"),
            R"(ALTER TABLE `a``b` ADD `x``y` TEXT DEFAULT 'it''s \\ "so"')");
}

TEST(MysqlScript, IsPartedAsTheServerPartsIt) {
  const auto parts = [](std::string_view script) {
    std::vector<std::string> texts;
    for (const auto& statement : sql::split_script(script, sql::ScriptDialect::mysql))
      texts.emplace_back(statement.text);
    return texts;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(parts("# a; b\nSELECT 'x\\';y', \"it\\\";\"; -- no; more\nDO `a;b`;"),
            (Texts{"SELECT 'x\\';y', \"it\\\";\"", "DO `a;b`"}));
  EXPECT_EQ(parts("SELECT 1--1; DO 2 /* ; */"), (Texts{"SELECT 1--1", "DO 2"}));
}

class MysqlTargetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Server::is_installed()) GTEST_SKIP() << "MariaDB is not installed";
    url_ = Server::instance().make_database();
    target_ = open(url_);
  }
  std::unique_ptr<MysqlTarget> open(const std::string& url, const std::string& shadow = "") {
    MysqlTargetOptions options;
    EXPECT_TRUE(read_url(url, options.database));
    options.place = "here";
    options.shadow_url = shadow;
    options.lock_timeout = std::chrono::seconds(1);
    options.attempts_max = 1;
    return std::make_unique<MysqlTarget>(options, clock_, random_);
  }
  std::string run(const std::string& sql) { return Server::instance().run(url_, sql); }
  std::string history() {
    auto records = target_->history();
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
    auto done = target_->apply({name, "c0ffee", script});
    return done ? "" : done.error().message + " | " + done.error().hint;
  }
  std::string tables() {
    auto layout = target_->describe();
    if (!layout) return layout.error().message;
    std::string names;
    for (const TableDescription& table : layout->tables) names += table.name + " ";
    return names;
  }

  std::string url_;
  ManualClock clock_{1'700'000'000'000'000};
  SeededRandom random_{7};
  std::unique_ptr<MysqlTarget> target_;
};

TEST_F(MysqlTargetTest, ReadingMakesNothing) {
  EXPECT_EQ(history(), "none");
  EXPECT_TRUE(*target_->is_empty());
  EXPECT_EQ(*target_->count_rows("A"), 0);
  EXPECT_EQ(run("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"),
            "0");
}

TEST_F(MysqlTargetTest, TellsWhatIsLeftOfAScriptThatFails) {
  EXPECT_EQ(apply("1_a",
                  "CREATE TABLE `a` (id INT, t VARCHAR(9) DEFAULT \"x\\\\y\"); SET sql_mode = "
                  "'ANSI_QUOTES';"),
            "");
  EXPECT_EQ(apply("2_b", "INSERT INTO c VALUES (1); CREATE TABLE b (id INT)"),
            "statement 1 failed: Table '" + run("SELECT DATABASE()") + ".c' doesn't exist | ");
  EXPECT_EQ(apply("3_c", "INSERT INTO a (id) VALUES (1); DELETE FROM c"),
            "statement 2 failed: Table '" + run("SELECT DATABASE()") + ".c' doesn't exist | ");
  EXPECT_EQ(run("SELECT COUNT(*) FROM a"), "0");
  EXPECT_EQ(apply("4_d", "CREATE TABLE d (id INT); CREATE TABLE e (id INT);\nDROP TABLE f"),
            "statement 3 failed: Unknown table '" + run("SELECT DATABASE()") +
                ".f' | the 2 statements before it are done");
  EXPECT_EQ(tables(), "a d e ");
  EXPECT_EQ(history(), "1_a applied; 2_b rolled back; 3_c rolled back; 4_d failed; ");
  EXPECT_EQ(run("SELECT COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = "
                "DATABASE() AND "
                "COLUMN_NAME = 't'"),
            "'x\\\\y'");
}

TEST_F(MysqlTargetTest, RunsBodiesWithSemicolons) {
  EXPECT_EQ(apply("1_a",
                  "CREATE TABLE a (id INT);\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW "
                  "BEGIN SET NEW.id = "
                  "NEW.id + 1; SET NEW.id = NEW.id + 1; END;\nINSERT INTO a VALUES (1);"),
            "");
  EXPECT_EQ(run("SELECT id FROM a"), "3");
}

TEST_F(MysqlTargetTest, TakesBack) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE a (id INT)"), "");
  const auto records = *target_->history();
  EXPECT_FALSE(target_->revert(records->front(), "DROP TABLE x; DROP TABLE a"));
  EXPECT_EQ(history(), "1_a applied; ");
  ASSERT_TRUE(target_->revert(records->front(), "DROP TABLE a"));
  EXPECT_EQ(history(), "1_a rolled back; ");
}

TEST_F(MysqlTargetTest, GivesUpATableInUse) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE a (id INT)"), "");
  MysqlOptions options;
  ASSERT_TRUE(read_url(url_, options));
  auto other = *Session::open(options);
  ASSERT_TRUE(other->execute("START TRANSACTION"));
  ASSERT_TRUE(other->execute("INSERT INTO a VALUES (1)"));
  EXPECT_EQ(apply("2_b", "ALTER TABLE a ADD COLUMN b INT"),
            "statement 1 failed: Lock wait timeout exceeded; try restarting transaction | somebody "
            "holds the "
            "table for long: see SHOW PROCESSLIST, and try again");
  ASSERT_TRUE(other->execute("COMMIT"));
  EXPECT_EQ(apply("2_b", "ALTER TABLE a ADD COLUMN b INT"), "");
}

TEST_F(MysqlTargetTest, OneProcessAtATime) {
  auto held = target_->lock(std::chrono::seconds(0));
  ASSERT_TRUE(held);
  const auto refused = open(url_)->lock(std::chrono::seconds(0));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::lock_not_available);
  held->reset();
  EXPECT_TRUE(open(url_)->lock(std::chrono::seconds(10)));
}

TEST_F(MysqlTargetTest, AShadowIsEmptyApartAndGone) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE a (id INT)"), "");
  auto shadow = target_->shadow();
  ASSERT_TRUE(shadow) << shadow.error().message;
  EXPECT_TRUE(*(*shadow)->is_empty());
  ASSERT_TRUE((*shadow)->run("CREATE TABLE b (id INT)"));
  EXPECT_EQ(tables(), "a ");
  shadow->reset();
  EXPECT_EQ(run("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE "
                "'trivet\\_shadow%'"),
            "0");
}

TEST_F(MysqlTargetTest, ANamedShadowIsEmptiedUnlessItIsSomebodys) {
  ASSERT_EQ(apply("1_a", "CREATE TABLE a (id INT)"), "");
  const std::string other = Server::instance().make_database();
  const auto shadow_at = [&](const std::string& place) {
    const auto named = open(url_, place);
    const auto shadow = named->shadow();
    return shadow ? std::string("made") : shadow.error().message;
  };
  Server::instance().run(other, "CREATE TABLE junk (id INT)");
  EXPECT_EQ(shadow_at(other), "made");
  EXPECT_EQ(
      Server::instance().run(
          other, "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"),
      "0");
  EXPECT_EQ(shadow_at(url_),
            "`[database] shadow_url` is the project's own database, which would be emptied");
  EXPECT_EQ(tables(), "a ");
  Server::instance().run(other, "CREATE TABLE _prisma_migrations (id INT)");
  EXPECT_NE(shadow_at(other).find("with a history of migrations"), std::string::npos);
}

TEST_F(MysqlTargetTest, WhatItDumpsMakesTheSameAgain) {
  ASSERT_EQ(apply("1_a",
                  "CREATE TABLE b (id INT PRIMARY KEY AUTO_INCREMENT, a INT, doc JSON, n INT AS (a "
                  "+ 1) STORED, "
                  "CHECK (a < 9));\nCREATE TABLE a (id INT PRIMARY KEY);\nALTER TABLE b ADD "
                  "CONSTRAINT fk FOREIGN KEY (a) "
                  "REFERENCES a (id);\nCREATE VIEW v AS SELECT id FROM b;\nCREATE VIEW u AS SELECT "
                  "id FROM v;\n"
                  "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.id = NEW.id + "
                  "1;\nINSERT INTO a VALUES (1)"),
            "");
  const auto dumped = target_->dump_layout();
  ASSERT_TRUE(dumped) << dumped.error().message;
  auto shadow = target_->shadow();
  ASSERT_TRUE(shadow);
  const auto ran = (*shadow)->run(*dumped);
  ASSERT_TRUE(ran) << ran.error().message << *dumped;
  EXPECT_EQ(*(*shadow)->dump_layout(), *dumped);
  EXPECT_TRUE(target_->diff(*target_->describe(), *(*shadow)->describe(), {}).empty());
}

sql::LayoutDiff changed(const std::string& from, const std::string& to) {
  const auto layout = [](const std::string& type) {
    return DatabaseDescription{{{"t", {{"c", type, false, false, {}}}, {}, {}, {}, {}}}, {}};
  };
  return sql::diff_layouts(layout(from), layout(to), {}, compare_for_migration);
}

TEST(MysqlCosts, AreOfWhatIsCopied) {
  EXPECT_TRUE(find_costs(changed("VARCHAR(20)", "VARCHAR(63)")).empty());
  EXPECT_TRUE(find_costs(changed("ENUM('a')", "ENUM('a','b')")).empty());
  EXPECT_TRUE(find_costs(changed("INTEGER", "int(11)")).empty());
  EXPECT_EQ(find_costs(changed("VARCHAR(20)", "VARCHAR(64)")).size(), 1U);
  EXPECT_EQ(find_costs(changed("VARCHAR(20)", "VARCHAR(19)")).size(), 1U);
  EXPECT_EQ(find_costs(changed("ENUM('a','b')", "ENUM('b','a')")).size(), 1U);
  EXPECT_EQ(find_costs(changed("INTEGER", "BIGINT")).size(), 1U);
}

}  // namespace
}  // namespace trivet::store::mysql
