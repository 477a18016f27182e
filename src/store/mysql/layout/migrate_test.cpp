// Tables against a real server.
#include "store/mysql/layout/migrate.h"

#include <gtest/gtest.h>

#include "schema/schema.h"
#include "store/mysql/layout/url.h"
#include "store/mysql/testing/server.h"

namespace trivet::store::mysql {
namespace {

using testing::Server;

class Migrate : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Server::is_installed()) GTEST_SKIP() << "MariaDB is not installed";
    url_ = Server::instance().make_database();
    ASSERT_TRUE(read_url(url_, options_));
  }

  static std::shared_ptr<const schema::Schema> load(const std::string& text) {
    auto checked =
        schema::check_schema({{"schema.zmodel", "datasource db { provider = \"mysql\" }\n" + text}});
    for (const schema::Diagnostic& diagnostic : checked.diagnostics)
      ADD_FAILURE() << diagnostic.message;
    return checked.schema;
  }
  std::string run(const std::string& sql) { return Server::instance().run(url_, sql); }
  Migration plan(const std::string& text, Extras extras = Extras::drop) {
    auto planned = plan_migration(options_, *load(text), extras);
    EXPECT_TRUE(planned) << planned.error().message << planned.error().details;
    return planned ? *planned : Migration();
  }
  void push(const std::string& text, DataLoss data_loss = DataLoss::refuse) {
    const auto applied = apply_migration(options_, plan(text), data_loss);
    ASSERT_TRUE(applied) << applied.error().message << applied.error().details;
    EXPECT_EQ(statements(plan(text)), "") << "a second migration to the same schema";
  }
  static std::string statements(const Migration& migration) {
    std::string text;
    for (const MigrationStep& step : migration.steps)
      for (const std::string& sql : step.sql) text += sql + "\n";
    return text;
  }
  static std::string losses(const Migration& migration) {
    std::string text;
    for (const Loss& loss : migration.losses) text += loss.text + "\n";
    return text;
  }

  std::string url_;
  MysqlOptions options_;
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
model Post {
  id String @id @default(uuid())
  authorId Int? @map("author_id")
  author User? @relation(fields: [authorId], references: [id])
  at DateTime @default(now())
  price Decimal @default(2.50)
  body String? @db.Text
  meta Json @default("{}")
  file Bytes?
  live Boolean @default(true)
  big BigInt @default(7)
  small Int @default(1) @db.UnsignedSmallInt
  day DateTime? @db.Date
  stamp DateTime @default(now()) @db.Timestamp(6)
  rate Float @default(0.5)
  @@index([authorId, at(sort: Desc)])
  @@unique([body(length: 20), live])
  @@map("posts")
}
model Group { id String @id
  users User[] }
)";

TEST_F(Migrate, MakesTablesAsPrismaDoes) {
  push(blog);
  EXPECT_EQ(run("SELECT COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() "
                "AND TABLE_NAME = 'User' AND COLUMN_NAME = 'role'"),
            "enum('USER','admin')");
  EXPECT_EQ(run("SELECT COUNT(*) FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE "
                "CONSTRAINT_SCHEMA = DATABASE()"),
            "3");
  EXPECT_EQ(run("SELECT COLLATION_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = "
                "DATABASE() AND TABLE_NAME = 'User' AND COLUMN_NAME = 'email'"),
            "utf8mb4_nopad_bin");
}

TEST_F(Migrate, TakesATableThatPrismaMadeAsItIs) {
  run("CREATE TABLE \"Note\" (\"id\" INTEGER NOT NULL AUTO_INCREMENT, \"text\" VARCHAR(191) NOT NULL, \"done\" "
      "BOOLEAN NOT NULL DEFAULT false, \"at\" DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), UNIQUE INDEX "
      "\"Note_text_key\"(\"text\"), PRIMARY KEY (\"id\")) DEFAULT CHARACTER SET utf8mb4 COLLATE "
      "utf8mb4_unicode_ci");
  EXPECT_EQ(statements(plan("model Note { id Int @id @default(autoincrement())\n text String @unique\n done "
                            "Boolean @default(false)\n at DateTime @default(now()) }")),
            "");
}

TEST_F(Migrate, ChangesWhatDiffers) {
  push("model A { id Int @id\n a String?\n b Int @default(1)\n @@index([b]) }");
  run("INSERT INTO \"A\" (\"id\", \"a\", \"b\") VALUES (1, 'x', 2)");
  push("model A { id Int @id\n a String @default(\"y\")\n b BigInt @default(2)\n c Boolean @default(true)\n "
       "@@unique([a, b]) }",
       DataLoss::accept);
  EXPECT_EQ(run("SELECT CONCAT(\"a\", \"b\", \"c\") FROM \"A\""), "x21");
}

TEST_F(Migrate, SaysWhatWouldBeLost) {
  push("model A { id Int @id\n a String?\n b Int? }\nmodel B { id Int @id }");
  run("INSERT INTO \"A\" VALUES (1, NULL, 5), (2, 'x', 5)");
  run("INSERT INTO \"B\" VALUES (1)");
  const Migration migration = plan("model A { id Int @id\n a String\n b Int? @unique\n c Int }");
  EXPECT_EQ(losses(migration),
            "column \"A\".\"c\" is required and has no default, but the table has 2 rows: make it optional, or "
            "give the field a @default\n"
            "column \"A\".\"a\" becomes required, but 1 row have no value: give them one first\n"
            "unique key \"A_b_key\" can't be made: 1 value of \"A\" (\"b\") occur more than once\n"
            "table \"B\" would be dropped with its 1 row\n");
  EXPECT_FALSE(apply_migration(options_, migration, DataLoss::accept));
  EXPECT_EQ(run("SELECT COUNT(*) FROM \"B\""), "1");
}

TEST_F(Migrate, LeavesWhatItDoesNotKnow) {
  run("CREATE TABLE \"mine\" (\"id\" INT PRIMARY KEY)");
  run("CREATE TABLE \"A\" (\"id\" INTEGER NOT NULL PRIMARY KEY, \"extra\" INT NULL)");
  EXPECT_EQ(statements(plan("model A { id Int @id }", Extras::keep)), "");
  EXPECT_NE(statements(plan("model A { id Int @id }")), "");
}

}  // namespace
}  // namespace trivet::store::mysql
