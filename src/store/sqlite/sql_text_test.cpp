#include "store/sqlite/sql_text.h"

#include <gtest/gtest.h>

#include <chrono>

namespace trivet::store::sqlite {
namespace {

TEST(SqlText, ConditionsOfPartialIndexes) {
  EXPECT_EQ(index_condition("CREATE INDEX i ON t(a)"), "");
  EXPECT_EQ(index_condition("CREATE INDEX i ON t(a) WHERE a > 1 "), "a > 1");
  EXPECT_EQ(
      index_condition("CREATE INDEX \"a WHERE b\" ON [where](`where`)\nwhere x='it''s WHERE'"),
      "x='it''s WHERE'");
  EXPECT_EQ(index_condition("CREATE INDEX i ON t(a /* ) WHERE */) -- WHERE no\n WHERE(b)"), "(b)");
  EXPECT_EQ(index_condition("CREATE INDEX i ON t(CASE WHEN a THEN (SELECT b WHERE c) END)"), "");
}

TEST(SqlText, GeneratedColumnsAndChecks) {
  const TableText text = read_create_table(
      "CREATE TABLE \"t(\" (id INTEGER PRIMARY KEY AUTOINCREMENT, -- CHECK (no)\n"
      " \"a \"\"b\" TEXT GENERATED ALWAYS AS ( lower('),(') || id ) STORED CHECK(\"a \"\"b\" <> "
      "''),\n"
      " [c] AS (id + (1)), d TEXT DEFAULT (cast('AS (x)' AS TEXT)),\n"
      " CONSTRAINT named CHECK (id > 0 AND (c < 5)), UNIQUE (c), FOREIGN KEY (d) REFERENCES u(x)) "
      "STRICT");
  EXPECT_TRUE(text.autoincrement);
  EXPECT_FALSE(text.without_rowid);
  ASSERT_EQ(text.generated.size(), 2U);
  EXPECT_EQ(text.generated[0].name, "a \"b");
  EXPECT_EQ(text.generated[0].expression, "lower('),(') || id");
  EXPECT_TRUE(text.generated[0].stored);
  EXPECT_EQ(text.generated[1].name, "c");
  EXPECT_EQ(text.generated[1].expression, "id + (1)");
  EXPECT_FALSE(text.generated[1].stored);
  EXPECT_EQ(text.checks, (std::vector<std::string>{"\"a \"\"b\" <> ''", "id > 0 AND (c < 5)"}));
}

TEST(SqlText, WithoutRowid) {
  const TableText text =
      read_create_table("CREATE TABLE t (\"AUTOINCREMENT\" INTEGER PRIMARY KEY) without rowid");
  EXPECT_TRUE(text.without_rowid);
  EXPECT_FALSE(text.autoincrement);
}

// What ends too early is read as far as it goes; and many open ends don't cost more than their
// number.
TEST(SqlText, BrokenTexts) {
  for (const std::string text :
       {"", "(", ")", "CREATE TABLE t (a AS (", "CREATE TABLE t (a CHECK ('", "((((", "))))(a",
        "CREATE TABLE t (\"", "[", "/*", "--", "CREATE INDEX i ON t(a) WHERE"}) {
    EXPECT_EQ(index_condition(text), "") << text;
    (void)read_create_table(text);
  }
  std::string many = "CREATE TABLE t (a TEXT";
  for (int i = 0; i < 20'000; ++i) many += " CHECK (";
  const auto start = std::chrono::steady_clock::now();
  (void)read_create_table(many);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace trivet::store::sqlite
