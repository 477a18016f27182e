#include "store/sql/layout/script.h"

#include <gtest/gtest.h>

namespace trivet::store::sql {
namespace {

std::string texts(std::string_view script) {
  std::string all;
  for (const SqlStatement& statement : split_script(script))
    all += '<' + std::string(statement.text) + '>';
  return all;
}

std::string shown(const std::vector<Rename>& renames) {
  std::string all;
  for (const Rename& rename : renames)
    all += rename.table + '.' + rename.column + '=' + rename.to + ' ';
  return all;
}

TEST(SplitScriptTest, EndsStatementsWhereTheyEnd) {
  EXPECT_EQ(texts(""), "");
  EXPECT_EQ(texts(" -- nothing;\n ; ;"), "");
  EXPECT_EQ(texts("SELECT 1; SELECT ';' ;/* ; */ SELECT \";\" -- ;\n, [;], `;`"),
            "<SELECT 1><SELECT ';'><SELECT \";\" -- ;\n, [;], `;`>");
  EXPECT_EQ(texts("SELECT 'it''s; fine'; X"), "<SELECT 'it''s; fine'><X>");
  EXPECT_EQ(texts("SELECT 'open; "), "<SELECT 'open; >");
  EXPECT_EQ(texts("CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE 1 WHEN 1 THEN 2 "
                  "END; DELETE FROM b; END; SELECT 2"),
            "<CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE 1 WHEN 1 THEN 2 "
            "END; DELETE FROM b; END><SELECT 2>");
}

TEST(ReadScriptTest, FindsRenames) {
  const ScriptFacts facts = read_script(
      "alter table \"A\" rename column \"o\"\"ld\" to new; ALTER TABLE a RENAME x TO y;\n"
      "ALTER TABLE main.B RENAME TO C;");
  EXPECT_EQ(shown(facts.renames), "A.o\"ld=new a.x=y B.=C ");
  EXPECT_FALSE(facts.suspends_foreign_keys);
  EXPECT_FALSE(facts.manages_transactions);
}

TEST(ReadScriptTest, NamesTablesWithTheirSchemas) {
  const ScriptFacts facts = read_placed_script(
      "ALTER TABLE \"a\".\"t\" RENAME TO \"u\"; ALTER TABLE t RENAME COLUMN x TO y; DROP TABLE b.t; TRUNCATE TABLE a.v;", "public");
  EXPECT_EQ(shown(facts.renames), "a\x1ft.=a\x1fu public\x1ft.x=y ");
  EXPECT_EQ(facts.dropped_tables, std::vector<std::string>{"b\x1ft"});
  EXPECT_EQ(facts.emptied_tables, std::vector<std::string>{"a\x1fv"});
}

TEST(ReadScriptTest, TellsARebuiltTableFromADroppedOne) {
  const std::string rebuilt =
      "PRAGMA foreign_keys=OFF; CREATE TABLE \"new_A\" (id INT); INSERT INTO \"new_A\" (id) SELECT "
      "id FROM A; DROP TABLE \"A\"; ALTER TABLE \"new_A\" RENAME TO \"A\"; PRAGMA "
      "foreign_keys=ON;";
  const ScriptFacts facts = read_script(rebuilt);
  EXPECT_TRUE(facts.dropped_tables.empty());
  EXPECT_TRUE(facts.renames.empty());
  EXPECT_TRUE(facts.suspends_foreign_keys);
  const ScriptFacts lost = read_script(
      "CREATE TABLE new_A (id INT); DROP TABLE A; ALTER TABLE new_A RENAME TO A; DROP TABLE IF "
      "EXISTS b; DELETE FROM c WHERE 1; ALTER TABLE d DROP COLUMN e");
  EXPECT_EQ(lost.dropped_tables, (std::vector<std::string>{"A", "b"}));
  EXPECT_EQ(lost.emptied_tables, std::vector<std::string>{"c"});
  EXPECT_EQ(shown(lost.dropped_columns), "d.e= ");
}

TEST(ReadScriptTest, SeesWhatCantRunInATransaction) {
  for (const char* script : {"BEGIN; SELECT 1; COMMIT;", "vacuum", "PRAGMA journal_mode = DELETE",
                             "/* x */ begin immediate"})
    EXPECT_TRUE(read_script(script).manages_transactions) << script;
  for (const char* script : {"SELECT 'BEGIN'", "PRAGMA journal_mode", "SAVEPOINT x; RELEASE x",
                             "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END"})
    EXPECT_FALSE(read_script(script).manages_transactions) << script;
}

std::string postgres_texts(std::string_view script) {
  std::string all;
  for (const SqlStatement& statement : split_script(script, ScriptDialect::postgres))
    all += '<' + std::string(statement.text) + '>';
  return all;
}

TEST(SplitScriptTest, ReadsPostgresQuotes) {
  EXPECT_EQ(postgres_texts("SELECT '{a;b}'::text[], x[1]; SELECT ARRAY['[;']"),
            "<SELECT '{a;b}'::text[], x[1]><SELECT ARRAY['[;']>");
  EXPECT_EQ(postgres_texts("SELECT E'it\\';s', $1; X"), "<SELECT E'it\\';s', $1><X>");
  EXPECT_EQ(postgres_texts("SELECT e'''; '; X"), "<SELECT e'''; '><X>");
  EXPECT_EQ(postgres_texts("DO $$ BEGIN; $x$;$x$ END; $$; DO $a$ ; $$ ; $a$; a$b$;"),
            "<DO $$ BEGIN; $x$;$x$ END; $$><DO $a$ ; $$ ; $a$><a$b$>");
  EXPECT_EQ(postgres_texts("/* a /* ; */ ; */ SELECT 1; /* open ; "), "<SELECT 1>");
  EXPECT_EQ(postgres_texts("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN "
                           "1 END; SELECT 2; END; X"),
            "<CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; "
            "SELECT 2; END><X>");
  EXPECT_EQ(postgres_texts("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); X"),
            "<CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)><X>");
  EXPECT_EQ(postgres_texts("SELECT $$open;"), "<SELECT $$open;>");
}

TEST(ReadScriptTest, ReadsPostgresScripts) {
  const auto read = [](std::string_view text) {
    return read_script(text, ScriptDialect::postgres);
  };
  const ScriptFacts facts = read(
      "ALTER TABLE ONLY public.\"A\" DROP COLUMN \"x\", ADD COLUMN n numeric(10,2), DROP y, DROP "
      "CONSTRAINT c; ALTER TABLE IF EXISTS B RENAME COLUMN a TO b; TRUNCATE TABLE t");
  ASSERT_EQ(facts.dropped_columns.size(), 2U);
  EXPECT_EQ(facts.dropped_columns[1], (Rename{"A", "y", ""}));
  EXPECT_EQ(shown(facts.renames), "B.a=b ");
  EXPECT_EQ(facts.emptied_tables.size(), 1U);
  EXPECT_FALSE(facts.manages_transactions);

  const ScriptFacts built = read("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"i\" ON a (b)");
  EXPECT_TRUE(built.manages_transactions);
  EXPECT_EQ(built.concurrent_indexes, std::vector<std::string>{"i"});
  for (const char* script : {"drop index concurrently i", "REINDEX TABLE CONCURRENTLY a",
                             "START TRANSACTION", "CREATE DATABASE x", "VACUUM a"})
    EXPECT_TRUE(read(script).manages_transactions) << script;
  for (const char* script : {"DO $$ BEGIN COMMIT; END $$", "SELECT 'CONCURRENTLY'",
                             "REFRESH MATERIALIZED VIEW CONCURRENTLY v"})
    EXPECT_FALSE(read(script).manages_transactions) << script;
}

TEST(ReadScriptTest, ReadsMarks) {
  EXPECT_TRUE(read_script("-- trivet: accept data-loss\nDROP TABLE a;").accepts_data_loss);
  const ScriptFacts both = read_script("SELECT 1;\r\n  -- trivet: accept breaking, data-loss\r\n");
  EXPECT_TRUE(both.accepts_data_loss);
  EXPECT_TRUE(both.accepts_breaking);
  const ScriptFacts neither = read_script("-- trivet: accept data loss\n-- accept breaking");
  EXPECT_FALSE(neither.accepts_data_loss);
  EXPECT_FALSE(neither.accepts_breaking);
}

}  // namespace
}  // namespace trivet::store::sql
