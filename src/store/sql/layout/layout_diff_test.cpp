#include "store/sql/layout/layout_diff.h"

#include <gtest/gtest.h>

namespace trivet::store::sql {
namespace {

std::shared_ptr<const schema::Schema> load(const std::string& text) {
  auto checked =
      schema::check_schema({{"schema.zmodel", "datasource db { provider = \"sqlite\" }\n" + text}});
  for (const schema::Diagnostic& diagnostic : checked.diagnostics)
    ADD_FAILURE() << diagnostic.message;
  return checked.schema;
}

DatabaseDescription layout(const std::string& text) { return describe_schema(*load(text)); }

std::string lines(const LayoutDiff& diff) {
  std::string text;
  for (const std::string& line : summarize(diff)) text += line + "; ";
  return text;
}

std::string shown(const std::vector<Rename>& renames) {
  std::string all;
  for (const Rename& rename : renames)
    all += rename.table + '.' + rename.column + '=' + rename.to + ' ';
  return all;
}

constexpr const char* before =
    "model A { id Int @id title String @unique n Int bs B[] } model B { id Int @id aId Int a A "
    "@relation(fields: [aId], references: [id]) }";
constexpr const char* after =
    "model A { id Int @id name String @unique n Int cs C[] } model C { id Int @id aId Int a A "
    "@relation(fields: [aId], references: [id]) }";

TEST(LayoutDiffTest, GuessesNoRename) {
  const LayoutDiff diff = diff_layouts(layout(before), layout(after));
  EXPECT_EQ(lines(diff),
            "add column \"A\".\"name\"; drop column \"A\".\"title\"; rebuild table \"A\"; drop "
            "index \"A_title_key\"; create index \"A_name_key\"; create table \"C\"; drop table "
            "\"B\"; ");
  EXPECT_EQ(shown(find_rename_candidates(diff)), "B.=C A.title=name ");
}

TEST(LayoutDiffTest, RenamesWhatIsDeclared) {
  const LayoutDiff diff =
      diff_layouts(layout(before), layout(after),
                   {{"B", "", "C"}, {"A", "title", "name"}, {"A", "nothing", "n2"}});
  EXPECT_EQ(lines(diff),
            "rename table \"B\" to \"C\"; rename column \"A\".\"title\" to \"name\"; drop index "
            "\"A_title_key\"; create index \"A_name_key\"; ");
  EXPECT_EQ(render_script(diff),
            "-- RenameTable\nALTER TABLE \"B\" RENAME TO \"C\";\n\n"
            "-- RenameColumn\nALTER TABLE \"A\" RENAME COLUMN \"title\" TO \"name\";\n\n"
            "-- DropIndex\nDROP INDEX \"A_title_key\";\n\n"
            "-- CreateIndex\nCREATE UNIQUE INDEX \"A_name_key\" ON \"A\"(\"name\");\n");
  EXPECT_EQ(render_script(reverse(diff)),
            "-- RenameColumn\nALTER TABLE \"A\" RENAME COLUMN \"name\" TO \"title\";\n\n"
            "-- RenameTable\nALTER TABLE \"C\" RENAME TO \"B\";\n\n"
            "-- DropIndex\nDROP INDEX \"A_name_key\";\n\n"
            "-- CreateIndex\nCREATE UNIQUE INDEX \"A_title_key\" ON \"A\"(\"title\");\n");
  EXPECT_EQ(name_before(diff.renames, "C"), "B");
  EXPECT_EQ(name_before(diff.renames, "A", "name"), "title");
  EXPECT_EQ(name_before(diff.renames, "A", "n"), "n");
}

TEST(LayoutDiffTest, AnAddedMapIsARename) {
  const auto schema = load(
      "model A { id Int @id createdAt DateTime @map(\"created_at\") other DateTime @@map(\"as\") "
      "}");
  const LayoutDiff table = diff_layouts(
      layout("model A { id Int @id createdAt DateTime other DateTime }"), describe_schema(*schema));
  const std::vector<Rename> tables = find_mapped_renames(table, *schema);
  EXPECT_EQ(shown(tables), "A.=as ");
  const LayoutDiff column =
      diff_layouts(layout("model A { id Int @id createdAt DateTime other DateTime @@map(\"as\") }"),
                   describe_schema(*schema));
  EXPECT_EQ(shown(find_mapped_renames(column, *schema)), "as.createdAt=created_at ");
}

// The columns of an implicit join table are A and B in the order of the models' names.
TEST(LayoutDiffTest, AJoinTableFollowsItsModels) {
  const DatabaseDescription from =
      layout("model Post { id Int @id tags Tag[] } model Tag { id Int @id posts Post[] }");
  const DatabaseDescription same =
      layout("model Piece { id Int @id tags Tag[] } model Tag { id Int @id posts Piece[] }");
  const DatabaseDescription swapped =
      layout("model Zine { id Int @id tags Tag[] } model Tag { id Int @id posts Zine[] }");
  EXPECT_EQ(shown(find_join_renames(diff_layouts(from, same, {{"Post", "", "Piece"}}))),
            "_PostToTag.=_PieceToTag ");
  std::vector<Rename> renames{{"Post", "", "Zine"}};
  for (const Rename& rename : find_join_renames(diff_layouts(from, swapped, renames)))
    renames.push_back(rename);
  EXPECT_EQ(shown(renames),
            "Post.=Zine _PostToTag.=_TagToZine _TagToZine.A=_A _TagToZine.B=A _TagToZine._A=B ");
  const LayoutDiff diff = diff_layouts(from, swapped, renames);
  EXPECT_EQ(lines(diff).find("table \"_TagToZine\"; "), std::string::npos) << lines(diff);
  // Nobody said that Zine is Post.
  EXPECT_EQ(shown(find_join_renames(diff_layouts(from, swapped))), "");
  EXPECT_EQ(shown(find_rename_candidates(diff_layouts(from, swapped))), "Post.=Zine ");
}

TEST(LayoutDiffTest, NothingIsNothing) {
  const LayoutDiff diff = diff_layouts(layout(before), layout(before), {{"A", "x", "y"}});
  EXPECT_TRUE(diff.empty());
  EXPECT_EQ(render_script(diff), "");
  DatabaseDescription with_history = layout(before);
  with_history.tables.push_back({"_prisma_migrations", {}, {}, {}, {}});
  EXPECT_TRUE(diff_layouts(layout(before), without_tool_tables(with_history)).empty());
}

}  // namespace
}  // namespace trivet::store::sql
