#include "schema/schema.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/limits.h"
#include "schema/check/names.h"
#include "schema/report.h"

namespace trivet::schema {
namespace {

std::shared_ptr<const Schema> load(std::string text, std::string path = "schema.zmodel") {
  auto result = check_schema({{std::move(path), std::move(text)}});
  for (const auto& d : result.diagnostics) {
    if (d.kind != DiagnosticKind::warning) ADD_FAILURE() << render_diagnostic(result.files, d);
  }
  return result.schema;
}

// The golden sample of dialects/schema.md, section 7.
constexpr const char* golden = R"(
datasource db { provider = "postgresql" }
enum Role { USER ADMIN @map("admin") @@map("roles") }
model User { id Int @id @default(autoincrement()) email String @unique role Role @default(ADMIN) posts Post[] groups Group[] }
model Post { id String @id @default(uuid()) authorId Int? @map("author_id") author User? @relation(fields: [authorId], references: [id])
             at DateTime @default(now()) price Decimal @default(2.50) @@index([authorId, at(sort: Desc)]) @@map("posts") }
model Group { id String @id users User[] }
)";

TEST(Schema, PutsTablesAndTypesIntoSchemas) {
  const auto schema = load(R"(
datasource db { provider = "postgresql" schemas = ["api", "other"] defaultSchema = "api" }
enum Mood { GOOD @@map("mood") @@schema("other") }
model A { id Int @id mood Mood bs B[] @@map("items") }
model B { id Int @id as A[] @@map("items") @@schema("other") })");
  EXPECT_EQ(schema->models[0].table(), place_name({"api", "items"}));
  EXPECT_EQ(told_name(schema->models[1].table()), "other.items");
  EXPECT_EQ(schema->models[1].db_name, "items");
  EXPECT_EQ(schema->enums[0].type(), place_name({"other", "mood"}));
  EXPECT_EQ(schema->join_table(schema->relations[0]), place_name({"api", "_AToB"}));
  EXPECT_EQ(schema->find_table(place_name({"other", "items"})), &schema->models[1]);
  EXPECT_EQ(schema->find_table("items"), nullptr);
  EXPECT_EQ(split_name(schema->models[1].table()).db_schema, "other");
}

TEST(Schema, NamesThingsAsPrismaMigrateDoes) {
  const auto schema = load(golden);
  ASSERT_TRUE(schema);
  const auto* post = schema->find_table("posts");
  ASSERT_TRUE(post);
  EXPECT_EQ(post->primary_key->db_name, "posts_pkey");
  EXPECT_EQ(post->indexes[0].db_name, "posts_author_id_at_idx");
  EXPECT_TRUE(post->indexes[0].columns[1].descending);
  EXPECT_EQ(post->find_column("author_id")->name, "authorId");
  EXPECT_EQ(schema->find_model("User")->uniques[0].db_name, "User_email_key");
  const auto& author = schema->relations[static_cast<size_t>(post->find_field("author")->relation)];
  EXPECT_EQ(author.constraint, "posts_author_id_fkey");
  EXPECT_EQ(author.on_delete, ReferentialAction::set_null);
  EXPECT_EQ(author.on_update, ReferentialAction::cascade);
}

TEST(Schema, PutsTheSmallerModelIntoColumnA) {
  const auto schema = load(golden);
  ASSERT_TRUE(schema);
  const auto& groups = schema->relations[static_cast<size_t>(schema->find_model("Group")->find_field("users")->relation)];
  EXPECT_EQ(groups.kind, RelationKind::many_to_many);
  EXPECT_EQ(groups.constraint, "_GroupToUser");
  EXPECT_EQ(schema->models[static_cast<size_t>(groups.model[0])].name, "Group");
  EXPECT_EQ(schema->find_model("Group")->find_field("users")->side, 0);
}

TEST(Schema, OrdersASelfManyToManyByFieldName) {
  const auto schema = load(R"(datasource db { provider = "sqlite" }
    model Country { id Int @id borders Country[] @relation("B") borderedBy Country[] @relation("B") })");
  ASSERT_TRUE(schema);
  const auto* country = schema->find_model("Country");
  EXPECT_EQ(country->find_field("borderedBy")->side, 0);
  EXPECT_EQ(country->find_field("borders")->side, 1);
  EXPECT_EQ(schema->relations[0].constraint, "_B");
}

TEST(Schema, MakesEqualFingerprintsOfEqualSchemasOnly) {
  const std::string text = golden;
  EXPECT_EQ(load(text)->fingerprint, load("// comment\n" + text)->fingerprint);
  auto other = text;
  other.replace(other.find("2.50"), 4, "2.51");
  EXPECT_NE(load(text)->fingerprint, load(other)->fingerprint);
}

TEST(Schema, TypesRulesOfItsModels) {
  const auto schema = load(R"(datasource db { provider = "sqlite" }
    model User { id Int @id posts Post[] @@allow('read,update', auth() == this) }
    model Post { id Int @id n Int ownerId Int owner User @relation(fields: [ownerId], references: [id])
      @@allow('all', owner == auth()) @@deny('post-update', before().n > n) })");
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->models[static_cast<size_t>(schema->auth_model)].name, "User");
  const auto& rules = schema->find_model("Post")->rules;
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].operations, 0b01111);
  EXPECT_EQ(rules[1].operations, 0b10000);
  EXPECT_EQ(rules[0].condition.kind, ExprKind::equal);
  EXPECT_EQ(rules[0].condition.operands[1].kind, ExprKind::auth);
}

TEST(Schema, SeesDirectImportsOnly) {
  const std::string source = "datasource db { provider = \"sqlite\" }\n";
  const auto result = check_schema({{"a.zmodel", "import './sub/b'\n" + source + "model A { id Int @id bs B[] cs C[] }"},
                                    {"sub/b.zmodel", "import '../a'\nimport './c.zmodel';\nmodel B { id Int @id as A[] }"},
                                    {"sub/c.zmodel", "import '../a'\nmodel C { id Int @id as A[] }"}});
  ASSERT_FALSE(result.ok());
  ASSERT_EQ(result.diagnostics.size(), 1U);
  EXPECT_EQ(result.diagnostics[0].kind, DiagnosticKind::unknown);
  EXPECT_NE(result.diagnostics[0].hint.find("sub/c.zmodel"), std::string::npos);
}

TEST(Schema, ReportsAMissingImport) {
  const auto result = check_schema({{"a.zmodel", "import './nofile'\ndatasource db { provider = \"sqlite\" }"}});
  ASSERT_EQ(result.diagnostics.size(), 1U);
  EXPECT_EQ(result.diagnostics[0].kind, DiagnosticKind::unknown);
}

TEST(Schema, MergesPrismaFilesWithoutImports) {
  const auto result = check_schema({{"b.prisma", "model B {\n  id Int @id\n  as A[]\n}\n"},
                                    {"a.prisma", "datasource db {\n  provider = \"sqlite\"\n}\nmodel A {\n  id Int @id\n  bs B[]\n}\n"}});
  EXPECT_TRUE(result.ok());
}

TEST(Schema, LoadsAFolderOrAFile) {
  const auto folder = std::filesystem::temp_directory_path() / ("trivet-schema-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "prisma" / "models");
  std::ofstream(folder / "prisma" / "schema.prisma") << "datasource db {\n  provider = \"sqlite\"\n}\n";
  std::ofstream(folder / "prisma" / "models" / "a.prisma") << "model A {\n  id Int @id\n}\n";
  EXPECT_TRUE(load_schema(folder.string()).ok());
  std::ofstream(folder / "schema.zmodel") << "import './b'\ndatasource db { provider = \"sqlite\" }\nmodel A { id Int @id bs B[] }";
  std::ofstream(folder / "b.zmodel") << "import './schema'\nmodel B { id Int @id as A[] }";
  const auto result = load_schema(folder.string());
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.files.size(), 2U);
  EXPECT_TRUE(load_schema((folder / "schema.zmodel").string()).ok());
  EXPECT_FALSE(load_schema((folder / "none").string()).ok());
  std::filesystem::remove_all(folder);
}

TEST(Schema, RefusesWhatIsTooLargeOrTooDeep) {
  EXPECT_FALSE(check_schema({{"a.zmodel", std::string(Limits{}.schema_bytes_max + 1, ' ')}}).ok());
  const std::string head = "datasource db { provider = \"sqlite\" }\nmodel A { id Int @id b Boolean @@allow('read', ";
  EXPECT_FALSE(check_schema({{"a.zmodel", head + std::string(100000, '(') + "b"}}).ok());
  EXPECT_FALSE(check_schema({{"a.zmodel", head + std::string(100000, '!') + "b) }"}}).ok());
  std::string chain = "b";
  for (int i = 0; i < 5000; ++i) chain += " && b";
  EXPECT_FALSE(check_schema({{"a.zmodel", head + chain + ") }"}}).ok());
}

TEST(Diagnostics, ShowThePlaceAndWhatToWrite) {
  const auto result = check_schema({{"x.zmodel", "datasource db { provider = \"sqlite\" }\nmodel A {\n\tid Int @id\n\tn\u00e9 int\n}"}});
  ASSERT_FALSE(result.ok());
  const auto unknown = result.diagnostics.back();
  EXPECT_EQ(render_diagnostic(result.files, unknown),
            "x.zmodel:4:5: unknown: there is no type `int`\n"
            " 4 | \tn\u00e9 int\n"
            "   | \t   ^^^\n"
            "   = did you mean `Int`?\n");
}

TEST(Diagnostics, ComeManyAtATimeInFileOrder) {
  const auto result = check_schema({{"x.zmodel",
                                     "datasource db { provider = \"sqlite\" }\nmodel A {\n  id Int @id\n  a Foo\n  b: Int\n"
                                     "  c String @default(1)\n  @@index([zz])\n}\nmodel B { id Int @id id Int }\n"}});
  ASSERT_EQ(result.diagnostics.size(), 5U);
  for (size_t i = 1; i < result.diagnostics.size(); ++i) {
    EXPECT_LT(result.diagnostics[i - 1].where.begin, result.diagnostics[i].where.begin);
  }
}

TEST(Names, AreCutBeforeTheirSuffix) {
  EXPECT_EQ(constraint_name("t", {"a", "b"}, "_key", 63), "t_a_b_key");
  EXPECT_EQ(constraint_name(std::string(70, 'x'), {}, "_pkey", 63), std::string(58, 'x') + "_pkey");
  // Never in the middle of a letter.
  EXPECT_EQ(constraint_name("aaa\u00e9\u00e9", {}, "_idx", 10), "aaa\u00e9_idx");
}

TEST(Names, AreFoundInSpiteOfSpelling) {
  EXPECT_EQ(nearest_name("lenght", {"url", "length"}), "length");
  EXPECT_EQ(nearest_name("int", {"String", "Int"}), "Int");
  EXPECT_EQ(nearest_name("zzz", {"String", "Int"}), "");
}

}  // namespace
}  // namespace trivet::schema
