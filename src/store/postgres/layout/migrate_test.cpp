// Migrations against a real server.
#include "store/postgres/layout/migrate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/postgres/testing/server.h"

namespace trivet::store::postgres {
namespace {

using testing::Server;

class Migrate : public ::testing::Test {
 protected:
  void SetUp() override { options_.url = Server::instance().make_database(); }

  static std::shared_ptr<const schema::Schema> load(const std::string& text) {
    auto checked = schema::check_schema(
        {{"schema.zmodel", "datasource db { provider = \"postgresql\" }\n" + text}});
    for (const schema::Diagnostic& diagnostic : checked.diagnostics)
      ADD_FAILURE() << diagnostic.message;
    return checked.schema;
  }
  std::string run(const std::string& sql) { return Server::instance().run(options_.url, sql); }

  Migration plan(const std::string& text, Extras extras = Extras::drop) {
    auto planned = plan_migration(options_, *load(text), extras);
    EXPECT_TRUE(planned) << planned.error().message << planned.error().details;
    return planned ? *planned : Migration();
  }
  void push(const std::string& text, DataLoss data_loss = DataLoss::refuse) {
    const Migration migration = plan(text);
    const auto applied = apply_migration(options_, migration, data_loss);
    ASSERT_TRUE(applied) << applied.error().message << applied.error().details;
    EXPECT_EQ(titles(plan(text)), "") << "a second migration to the same schema";
  }
  static std::string titles(const Migration& migration) {
    std::string text;
    for (const MigrationStep& step : migration.steps) text += step.title + "; ";
    return text;
  }
  static std::string losses(const Migration& migration) {
    std::string text;
    for (const Loss& loss : migration.losses) text += loss.text + "; ";
    return text;
  }

  PostgresOptions options_;
};

constexpr const char* blog = R"(
enum Role { USER ADMIN @map("admin") @@map("roles") }
model User {
  id Int @id @default(autoincrement())
  email String @unique
  role Role @default(ADMIN)
  posts Post[]
  groups Group[]
}
model Group { id String @id @default(cuid()) name String @db.VarChar(20) users User[] }
model Post {
  id BigInt @id @default(autoincrement())
  title String @default("it's")
  price Decimal @default(1.5)
  made DateTime @default(now())
  doc Json?
  tags String[] @default(["a"])
  authorId Int?
  author User? @relation(fields: [authorId], references: [id], onDelete: Cascade)
  @@index([authorId, made(sort: Desc)])
}
)";

TEST_F(Migrate, MakesAnEmptyDatabaseMatch) {
  push(blog);
  run("INSERT INTO \"User\" (email) VALUES ('a')");
  EXPECT_EQ(run("SELECT role FROM \"User\""), "admin");
  EXPECT_EQ(titles(plan(blog, Extras::keep)), "");
}

TEST_F(Migrate, MakesGeneratedColumns) {
  const char* lines = R"(
model Line {
  id    Int  @id
  count Int
  twice Int? @default(dbgenerated("GENERATED ALWAYS AS ((count * 2)) STORED"))
}
)";
  push(lines);
  run("INSERT INTO \"Line\" (id, count) VALUES (1, 21)");
  EXPECT_EQ(run("SELECT twice FROM \"Line\""), "42");
  EXPECT_EQ(titles(plan(lines, Extras::keep)), "");
}

// As `prisma migrate` writes it for this schema.
TEST_F(Migrate, FindsNothingToDoInWhatPrismaMade) {
  run("CREATE TYPE \"roles\" AS ENUM ('USER', 'admin');"
      "CREATE TABLE \"User\" (\"id\" SERIAL NOT NULL, \"email\" TEXT NOT NULL, \"role\" \"roles\" "
      "NOT NULL DEFAULT 'admin', CONSTRAINT \"User_pkey\" PRIMARY KEY (\"id\"));"
      "CREATE TABLE \"Group\" (\"id\" TEXT NOT NULL, \"name\" VARCHAR(20) NOT NULL, CONSTRAINT "
      "\"Group_pkey\" PRIMARY KEY (\"id\"));"
      "CREATE TABLE \"Post\" (\"id\" BIGSERIAL NOT NULL, \"title\" TEXT NOT NULL DEFAULT 'it''s', "
      "\"price\" DECIMAL(65,30) NOT NULL DEFAULT 1.5, \"made\" TIMESTAMP(3) NOT NULL DEFAULT "
      "CURRENT_TIMESTAMP, \"doc\" JSONB, \"tags\" TEXT[] DEFAULT ARRAY['a']::TEXT[], \"authorId\" "
      "INTEGER, CONSTRAINT \"Post_pkey\" PRIMARY KEY (\"id\"));"
      "CREATE TABLE \"_GroupToUser\" (\"A\" TEXT NOT NULL, \"B\" INTEGER NOT NULL);"
      "CREATE UNIQUE INDEX \"User_email_key\" ON \"User\"(\"email\");"
      "CREATE INDEX \"Post_authorId_made_idx\" ON \"Post\"(\"authorId\", \"made\" DESC);"
      "CREATE UNIQUE INDEX \"_GroupToUser_AB_unique\" ON \"_GroupToUser\"(\"A\", \"B\");"
      "CREATE INDEX \"_GroupToUser_B_index\" ON \"_GroupToUser\"(\"B\");"
      "ALTER TABLE \"Post\" ADD CONSTRAINT \"Post_authorId_fkey\" FOREIGN KEY (\"authorId\") "
      "REFERENCES \"User\"(\"id\") ON DELETE CASCADE ON UPDATE CASCADE;"
      "ALTER TABLE \"_GroupToUser\" ADD CONSTRAINT \"_GroupToUser_A_fkey\" FOREIGN KEY (\"A\") "
      "REFERENCES \"Group\"(\"id\") ON DELETE CASCADE ON UPDATE CASCADE;"
      "ALTER TABLE \"_GroupToUser\" ADD CONSTRAINT \"_GroupToUser_B_fkey\" FOREIGN KEY (\"B\") "
      "REFERENCES \"User\"(\"id\") ON DELETE CASCADE ON UPDATE CASCADE;"
      "CREATE TABLE \"_prisma_migrations\" (id text)");
  const Migration migration = plan(blog);
  for (const MigrationStep& step : migration.steps)
    for (const std::string& sql : step.sql) ADD_FAILURE() << sql;
}

TEST_F(Migrate, ChangesTablesAndKeepsTheirRows) {
  push("model A { id Int @id n Int? s String gone String? }");
  run("INSERT INTO \"A\" VALUES (1, 5, 'x', NULL), (2, NULL, 'y', NULL)");
  push(R"(
model A {
  id Int @id @default(autoincrement())
  n BigInt?
  s String? @unique
  more Int @default(7)
  bs B[]
}
model B { id Int @id aId Int a A @relation(fields: [aId], references: [id]) }
)");
  EXPECT_EQ(run("SELECT string_agg(n::text || s || more, ',') FROM \"A\""), "5x7");
  EXPECT_EQ(run("INSERT INTO \"A\" DEFAULT VALUES RETURNING id"), "3");
  push("model A { id Int @id s String? }", DataLoss::accept);
  EXPECT_EQ(run("SELECT count(*) FROM \"A\""), "3");
}

TEST_F(Migrate, SaysWhatWouldBeLost) {
  push("model A { id Int @id n String? s String? } model B { id Int @id }");
  run("INSERT INTO \"A\" VALUES (1, 'x', 'a'), (2, '7', 'a'), (3, NULL, NULL); INSERT INTO \"B\" "
      "VALUES (1)");
  const std::string wanted = "model A { id Int @id n Int? s String @unique more Int }";
  const Migration migration = plan(wanted);
  EXPECT_EQ(
      losses(migration),
      "column \"A\".\"n\" changes from text to integer: not all of its 2 values can be "
      "converted; column \"A\".\"s\" becomes required, but 1 row have no value: give them one "
      "first; column \"A\".\"more\" is required and has no default, but the table has 3 "
      "rows: make it optional, or give the field a @default; unique key \"A_s_key\" can't be "
      "made: 1 value of \"A\" (s) occur more than once; table \"B\" would be dropped with its "
      "1 row; ");
  for (const DataLoss data_loss : {DataLoss::refuse, DataLoss::accept}) {
    const auto applied = apply_migration(options_, migration, data_loss);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, ErrorCode::would_lose_data);
  }
  // What can be lost is, if that is said; the schema's own tables alone matter to who only serves.
  const std::string less = "model A { id Int @id s String? }";
  EXPECT_EQ(titles(plan(less, Extras::keep)), "");
  ASSERT_FALSE(apply_migration(options_, plan(less), DataLoss::refuse));
  push(less, DataLoss::accept);
  EXPECT_EQ(run("SELECT count(*) FROM \"A\""), "3");
}

TEST_F(Migrate, ChangesEnums) {
  push("enum E { A B } model M { id Int @id e E @default(A) es E[] }");
  run("INSERT INTO \"M\" VALUES (1, 'B', '{A}')");
  push("enum E { A C B D } model M { id Int @id e E @default(A) es E[] }");
  EXPECT_EQ(run("SELECT string_agg(enumlabel, '' ORDER BY enumsortorder) FROM pg_enum"), "ACBD");
  // A value that is a default at once, and one that goes.
  push("enum E { A B F } model M { id Int @id e E @default(F) es E[] }");
  EXPECT_EQ(run("SELECT e::text || es::text FROM \"M\""), "B{A}");
  const Migration migration = plan("enum E { F } model M { id Int @id e E @default(F) es E[] }");
  EXPECT_EQ(migration.losses.size(), 2U) << losses(migration);
  ASSERT_FALSE(apply_migration(options_, migration, DataLoss::accept));
  run("UPDATE \"M\" SET e = 'F', es = '{}'");
  push("enum E { F } model M { id Int @id e E @default(F) es E[] }");
  push("model M { id Int @id e String }", DataLoss::accept);
  EXPECT_EQ(run("SELECT e FROM \"M\""), "F");
}

TEST_F(Migrate, UsesTheSchemaOfTheDatabaseThatIsNamed) {
  run("CREATE TABLE other (id int)");
  options_.schema = "App";
  push("enum E { A } model M { id Int @id @default(autoincrement()) e E @default(A) }");
  EXPECT_EQ(run("INSERT INTO \"App\".\"M\" DEFAULT VALUES RETURNING id"), "1");
  EXPECT_EQ(run("SELECT count(*) FROM other"), "0");
}

TEST_F(Migrate, TellsThatTheServerIsNotThere) {
  options_.url = "postgresql://nobody@127.0.0.1:1/none?password=secret";
  const auto planned = plan_migration(options_, *load("model M { id Int @id }"), Extras::keep);
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().code, ErrorCode::connection_failed);
  EXPECT_NE(planned.error().details.find("127.0.0.1"), std::string::npos);
  EXPECT_EQ(planned.error().details.find("secret"), std::string::npos);
}

TEST_F(Migrate, HoldsTablesOfOneNameApart) {
  const auto load_all = [](const std::string& more) {
    auto checked = schema::check_schema({{"schema.zmodel", R"(
datasource db { provider = "postgresql" schemas = ["one", "two"] }
enum Mood { GOOD BAD @@map("mood") @@schema("one") }
model A { id Int @id @default(autoincrement()) mood Mood @default(GOOD) moods Mood[] b Int? to B? @relation(fields: [b], references: [id])
  word String @default(dbgenerated("'x'::text")) @@index([mood], map: "same") @@map("order") @@schema("one") }
model B { id Int @id a A[] cs C[] @@index([id], map: "same") @@map("order") @@schema("two") }
model C { id Int @id bs B[] )" + more + R"( @@map("Select") @@schema("two") }
)"}});
    for (const schema::Diagnostic& diagnostic : checked.diagnostics) ADD_FAILURE() << diagnostic.message;
    return checked.schema;
  };
  const auto plan_all = [&](const std::string& more) {
    auto planned = plan_migration(options_, *load_all(more), Extras::drop);
    EXPECT_TRUE(planned) << planned.error().message << planned.error().details;
    return planned ? *planned : Migration();
  };
  const auto applied = apply_migration(options_, plan_all(""), DataLoss::refuse);
  ASSERT_TRUE(applied) << applied.error().message << applied.error().details;
  EXPECT_EQ(titles(plan_all("")), "");
  EXPECT_EQ(titles(plan_all("note String?")), "change table \"two\".\"Select\"; ");
  run("INSERT INTO two.\"order\" VALUES (1); ALTER TABLE one.\"order\" ALTER mood DROP DEFAULT; DROP INDEX two.same");
  EXPECT_EQ(titles(plan_all("")), "change table \"one\".\"order\"; change table \"two\".\"order\"; ");
  ASSERT_TRUE(apply_migration(options_, plan_all(""), DataLoss::refuse));
  EXPECT_EQ(titles(plan_all("")), "");
  run("CREATE TABLE two.extra (id int); INSERT INTO two.extra VALUES (1); CREATE TABLE public.mine (id int)");
  EXPECT_EQ(titles(plan_all("")), "drop table \"two\".\"extra\"; ");
  EXPECT_EQ(losses(plan_all("")), "table \"two.extra\" would be dropped with its 1 row; ");
}

}  // namespace
}  // namespace trivet::store::postgres
