#include "store/sqlite/migrate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "store/sql/ddl.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/test_store.h"

namespace trivet::store::sqlite {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::vector<std::string> statements(const std::string& script) {
  std::vector<std::string> found;
  for (size_t at = 0, end = script.find(";\n"); end != std::string::npos;
       at = end + 2, end = script.find(";\n", at)) {
    std::string statement = script.substr(at, end - at);
    statement.erase(0, statement.find("CREATE"));
    found.push_back(statement);
  }
  std::ranges::sort(found);
  return found;
}

std::string titles(const Migration& migration) {
  std::string text;
  for (const MigrationStep& step : migration.steps) text += step.title + "; ";
  for (const Loss& loss : migration.losses) text += "\n! " + loss.text;
  return text;
}

class LayoutTest : public testing::TestWithParam<std::string> {};

// What Prisma's engine made of the same schema (tests/cases/sqlite/README.md).
TEST_P(LayoutTest, IsPrismas) {
  const std::filesystem::path folder =
      std::filesystem::path(TRIVET_SOURCE_DIR) / "tests/cases/sqlite/layout";
  const auto checked =
      schema::check_schema({{"x.prisma", read_file(folder / (GetParam() + ".prisma"))}});
  ASSERT_TRUE(checked.ok());
  const std::string script = read_file(folder / (GetParam() + ".sql"));
  ASSERT_FALSE(script.empty());
  if (GetParam() != "mended")
    EXPECT_EQ(statements(sql::render_database(sql::describe_schema(*checked.schema))),
              statements(script));
  TestFolder temporary;
  const SqliteOptions options{.path = temporary.file("prisma.db")};
  {
    auto connection = Connection::open(options, Access::write);
    ASSERT_TRUE(connection);
    auto made = (*connection)->execute(script);
    ASSERT_TRUE(made) << made.error().log_text;
    ASSERT_TRUE((*connection)->execute("CREATE TABLE _prisma_migrations (id TEXT)"));
  }
  auto migration = plan_migration(options, *checked.schema);
  ASSERT_TRUE(migration);
  EXPECT_EQ(titles(*migration), "");
}

INSTANTIATE_TEST_SUITE_P(Cases, LayoutTest, testing::Values("blog", "keys", "mended"),
                         [](const auto& param_info) { return param_info.param; });

class MigrateTest : public testing::Test {
 protected:
  std::string push(const std::string& text, DataLoss loss = DataLoss::refuse) {
    const auto schema = load(text);
    auto migration = plan_migration(options, *schema);
    if (!migration) return show(migration.error());
    auto applied = apply_migration(options, *migration, loss);
    if (!applied) return show(applied.error());
    auto again = plan_migration(options, *schema);
    if (!again) return show(again.error());
    return titles(*migration) + (again->empty() ? "" : " NOT STABLE: " + titles(*again));
  }
  void execute(const std::string& sql) {
    auto connection = Connection::open(options, Access::write);
    ASSERT_TRUE(connection);
    auto done = (*connection)->execute(sql);
    ASSERT_TRUE(done) << done.error().log_text;
  }
  int64_t query(const std::string& sql) {
    auto connection = Connection::open(options, Access::write);
    return *(*connection)->query_integer(sql);
  }

  TestFolder folder;
  SqliteOptions options{.path = folder.file("m.db")};
};

TEST_F(MigrateTest, AddsAndRebuilds) {
  const std::string b =
      " model B { id Int @id aId Int a A @relation(fields: [aId], references: [id], onDelete: "
      "Cascade) }";
  EXPECT_EQ(push("model A { id Int @id name String? bs B[] }" + b),
            "create table \"A\"; create table \"B\"; ");
  EXPECT_EQ(push("model A { id Int @id name String? bs B[] }" + b), "");
  execute("INSERT INTO A VALUES (1, 'x'), (2, NULL); INSERT INTO B VALUES (1, 1), (2, 2)");
  EXPECT_EQ(
      push("model A { id Int @id name String? age Int @default(3) bs B[] @@index([name]) }" + b),
      "change table \"A\"; ");
  EXPECT_EQ(query("SELECT sum(age) FROM A"), 6);
  EXPECT_EQ(
      push("model A { id Int @id name String age Int @default(3) bs B[] @@index([name]) }" + b),
      "TRV04: the migration can't be applied to the data that is there | column \"A\".\"name\" "
      "becomes required, but 1 "
      "row have no value: give them one, or give the field a @default");
  EXPECT_EQ(push("model A { id Int @id name String @default(\"new\") age Int @default(4) bs B[] "
                 "@@index([name]) }" +
                 b),
            "rebuild table \"A\"; ");
  EXPECT_EQ(query("SELECT count(*) FROM A WHERE name = 'new'"), 1);
  // The rebuilt parent kept its children.
  EXPECT_EQ(query("SELECT count(*) FROM B"), 2);
  EXPECT_EQ(query("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

TEST_F(MigrateTest, SaysWhatWouldBeLost) {
  push("model A { id Int @id name String? n String? } model B { id Int @id }");
  execute("INSERT INTO A VALUES (1, 'x', '12'), (2, NULL, 'abc'); INSERT INTO B VALUES (1)");
  const std::string smaller = "model A { id Int @id n Int? }";
  EXPECT_EQ(push(smaller),
            "TRV04: the migration would lose data | column \"A\".\"name\" would be dropped with "
            "its 1 value\n"
            "column \"A\".\"n\" changes from TEXT to INTEGER: 1 value would change\n"
            "table \"B\" would be dropped with its 1 row");
  EXPECT_EQ(query("SELECT count(name) FROM A"), 1);
  EXPECT_TRUE(
      push(smaller, DataLoss::accept).starts_with("rebuild table \"A\"; drop table \"B\"; "));
  EXPECT_EQ(push("model A { id Int @id n Int? must String }", DataLoss::accept),
            "TRV04: the migration can't be applied to the data that is there | column "
            "\"A\".\"must\" is required and has no "
            "default, but the table has 2 rows: make it optional, or give the field a @default");
}

TEST_F(MigrateTest, RefusesUniqueKeysOverDuplicatesAndOrphans) {
  push("model A { id Int @id n Int? } model B { id Int @id aId Int? }");
  execute("INSERT INTO A VALUES (1, 5), (2, 5); INSERT INTO B VALUES (1, 77)");
  EXPECT_TRUE(push("model A { id Int @id n Int? @unique } model B { id Int @id aId Int? }",
                   DataLoss::accept)
                  .starts_with("TRV04"));
  EXPECT_EQ(push("model A { id Int @id n Int? bs B[] } model B { id Int @id aId Int? a A? "
                 "@relation(fields: [aId], references: [id]) }"),
            "23503: the migration would leave 1 row whose foreign key points to nothing");
  EXPECT_EQ(query("SELECT count(*) FROM pragma_foreign_key_list('B')"), 0);
}

TEST(SameDefaultTest, KnowsForms) {
  EXPECT_TRUE(sql::same_default("2.50", "2.5"));
  EXPECT_TRUE(sql::same_default("true", "1"));
  EXPECT_TRUE(sql::same_default("'2024-01-01 00:00:00 +00:00'", "'2024-01-01T00:00:00.000+00:00'"));
  EXPECT_TRUE(sql::same_default("'6869'", "X'6869'"));
  EXPECT_TRUE(sql::same_default("(lower('A'))", "lower('A')"));
  EXPECT_FALSE(sql::same_default("'a'", "'b'"));
  EXPECT_FALSE(sql::same_default("", "0"));
  EXPECT_FALSE(sql::same_default("'1'", "'2'"));
}

}  // namespace
}  // namespace trivet::store::sqlite
