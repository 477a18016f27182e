#include <gtest/gtest.h>

#include "store/sqlite/test_store.h"

namespace trivet::store::sqlite {
namespace {

constexpr const char* shop = R"(
model User {
  id Int @id @default(autoincrement())
  email String @unique
  posts Post[]
  profile Profile?
}
model Profile {
  id Int @id
  bio String?
  userId Int @unique
  user User @relation(fields: [userId], references: [id], onDelete: Cascade)
  pins Pin[]
}
model Pin {
  id Int @id
  profileId Int
  profile Profile @relation(fields: [profileId], references: [id], onDelete: Restrict)
}
model Post {
  id String @id
  title String
  views Int @default(0)
  authorId Int?
  author User? @relation(fields: [authorId], references: [id], onDelete: Restrict)
  tags Tag[]
}
model Tag { id Int @id posts Post[] }
model Node {
  id Int @id
  parentId Int?
  parent Node? @relation("tree", fields: [parentId], references: [id])
  children Node[] @relation("tree")
}
model Pair { a Int b Int c Int? @@id([a, b]) @@unique([b, c]) }
)";

Value text(std::string_view s) { return Value::text(s); }
Value number(int64_t n) { return Value::integer(n); }

class WriteTest : public testing::Test {
 protected:
  TestStore s{shop};

  Expr equals(const char* model, const char* field, int param) {
    const Expr left = s.column(model, field);
    return make_binary(Op::eq, left, make_param(param, left.type));
  }
  Program single(Step step) {
    Program program;
    program.steps.push_back(std::move(step));
    program.returning_step = 0;
    return program;
  }
  Step step(StepKind kind, const char* model) {
    Step made;
    made.kind = kind;
    made.model = s.model(model);
    return made;
  }
  std::string all(const char* model, std::initializer_list<const char*> fields) {
    Level level = s.level(model, fields);
    level.order = {{level.outputs.front().expr, false, false}};
    return s.read(level);
  }
};

TEST_F(WriteTest, ReturnsInsertedRowsInInputOrder) {
  Program program = single(s.insert_step("User", {"email"}));
  program.returning = s.level("User", {"id", "email"});
  const std::vector<Value> cells = {text("z"), text("a"), text("m")};
  EXPECT_EQ(s.write(program, {}, {RowBlock{3, cells}}), "3/3 [1,z][2,a][3,m]");
  program.returning->order = {{s.column("User", "email"), false, false}};
  const std::vector<Value> more = {text("y"), text("b")};
  EXPECT_EQ(s.write(program, {}, {RowBlock{2, more}}), "2/2 [5,b][4,y]");
}

TEST_F(WriteTest, NamesUniqueKeys) {
  EXPECT_EQ(s.insert("User", {"email"}, {text("ann")}), "1/1 ");
  EXPECT_EQ(s.insert("User", {"email"}, {text("ann")}),
            "23505: duplicate key value violates unique constraint \"User_email_key\" | Key "
            "(email)=(ann) already exists.");
  EXPECT_EQ(s.insert("User", {"id", "email"}, {number(1), text("bob")}),
            "23505: duplicate key value violates unique constraint \"User_pkey\" | Key (id)=(1) "
            "already exists.");
  EXPECT_EQ(s.insert("Pair", {"a", "b", "c"}, {number(1), number(2), number(3)}), "1/1 ");
  EXPECT_EQ(s.insert("Pair", {"a", "b", "c"}, {number(1), number(2), number(4)}),
            "23505: duplicate key value violates unique constraint \"Pair_pkey\" | Key (a, b)=(1, "
            "2) already exists.");
  EXPECT_EQ(s.insert("Pair", {"c", "a", "b"}, {number(3), number(9), number(2)}),
            "23505: duplicate key value violates unique constraint \"Pair_b_c_key\" | Key (b, "
            "c)=(2, 3) already exists.");
  EXPECT_EQ(
      s.insert("User", {"email"}, {Value::null()}),
      "23502: null value in column \"email\" of relation \"User\" violates not-null constraint");
}

TEST_F(WriteTest, NamesForeignKeysInBothDirections) {
  EXPECT_EQ(s.insert("User", {"email"}, {text("ann")}), "1/1 ");
  EXPECT_EQ(s.insert("Post", {"id", "title", "authorId"}, {text("p"), text("t"), number(9)}),
            "23503: insert or update on table \"Post\" violates foreign key constraint "
            "\"Post_authorId_fkey\" | "
            "Key (authorId)=(9) is not present in table \"User\".");
  EXPECT_EQ(s.insert("Post", {"id", "title", "authorId"}, {text("p"), text("t"), number(1)}),
            "1/1 ");
  Step update = step(StepKind::update, "Post");
  update.fields = {s.field("Post", "authorId")};
  update.values = {make_param(0, Type::int4)};
  EXPECT_EQ(s.write(single(update), {number(8)}),
            "23503: insert or update on table \"Post\" violates foreign key constraint "
            "\"Post_authorId_fkey\" | "
            "Key (authorId)=(8) is not present in table \"User\".");
  Step erase = step(StepKind::delete_, "User");
  EXPECT_EQ(s.write(single(erase)),
            "23503: update or delete on table \"User\" violates foreign key constraint "
            "\"Post_authorId_fkey\" on table "
            "\"Post\" | Key (id)=(1) is still referenced from table \"Post\".");
  EXPECT_EQ(all("User", {"id"}), "[1]");
}

TEST_F(WriteTest, FindsTheKeyThatStopsACascade) {
  s.insert("User", {"email"}, {text("ann")});
  s.insert("Profile", {"id", "userId"}, {number(7), number(1)});
  s.insert("Pin", {"id", "profileId"}, {number(3), number(7)});
  EXPECT_EQ(s.write(single(step(StepKind::delete_, "User"))),
            "23503: update or delete on table \"Profile\" violates foreign key constraint "
            "\"Pin_profileId_fkey\" on table "
            "\"Pin\" | Key (id)=(7) is still referenced from table \"Pin\".");
}

TEST_F(WriteTest, InsertedRowsMayReferToLaterOnes) {
  EXPECT_EQ(s.insert("Node", {"id", "parentId"}, {number(1), number(2), number(2), Value::null()}),
            "2/2 ");
  EXPECT_EQ(s.insert("Node", {"id", "parentId"},
                     {number(3), number(4), number(5), number(9), number(4), Value::null()}),
            "23503: insert or update on table \"Node\" violates foreign key constraint "
            "\"Node_parentId_fkey\" | "
            "Key (parentId)=(9) is not present in table \"Node\".");
  EXPECT_EQ(all("Node", {"id"}), "[1][2]");
  EXPECT_EQ(s.insert("Node", {"id", "parentId"}, {number(6), number(7)}).substr(0, 5), "23503");
}

TEST_F(WriteTest, UpsertsAndCountsNewRows) {
  s.insert("User", {"email"}, {text("ann")});
  Step upsert = s.insert_step("Post", {"id", "title", "views"});
  upsert.kind = StepKind::upsert;
  upsert.conflict_fields = {s.field("Post", "id")};
  upsert.update_fields = {s.field("Post", "title")};
  Program program = single(upsert);
  program.returning = s.level("Post", {"id", "title", "views"});
  const std::vector<Value> first = {text("a"), text("1"), number(1),
                                    text("b"), text("1"), number(1)};
  EXPECT_EQ(s.write(program, {}, {RowBlock{2, first}}), "2/2 [a,1,1][b,1,1]");
  const std::vector<Value> second = {text("b"), text("2"), number(2),
                                     text("c"), text("2"), number(2)};
  EXPECT_EQ(s.write(program, {}, {RowBlock{2, second}}), "2/1 [b,2,1][c,2,2]");
  const std::vector<Value> twice = {text("d"), text("3"), number(3),
                                    text("d"), text("4"), number(4)};
  EXPECT_EQ(s.write(program, {}, {RowBlock{2, twice}}),
            "21000: ON CONFLICT DO UPDATE command cannot affect row a second time");
  program.steps[0].update_fields.clear();
  EXPECT_EQ(s.write(program, {}, {RowBlock{2, twice}}), "1/1 [d,3,3]");
  program.steps[0].update_fields = {s.field("Post", "title")};
  program.steps[0].conflict_where =
      make_binary(Op::gt, s.column("Post", "views"), make_param(0, Type::int4));
  program.steps[0].error = Error(ErrorCode::permission_denied, "no");
  EXPECT_EQ(s.write(program, {number(2)}, {RowBlock{2, first}}), "42501: no");
  program.steps[0].conflict_fields = {s.field("Post", "title")};
  EXPECT_EQ(s.write(program, {number(2)}, {RowBlock{2, first}}).substr(0, 5), "42P10");
}

TEST_F(WriteTest, UpdatesWithLimitsAndReadBack) {
  s.insert("Post", {"id", "title"},
           {text("a"), text("x"), text("b"), text("x"), text("c"), text("y")});
  Step update = step(StepKind::update, "Post");
  update.fields = {s.field("Post", "views"), s.field("Post", "id")};
  update.values = {make_param(0, Type::int4), make_param(2, Type::text)};
  update.where = equals("Post", "title", 1);
  Program program = single(update);
  EXPECT_EQ(s.write(program, {number(5), text("x"), text("same")}),
            "23505: duplicate key value violates unique constraint \"Post_pkey\" | Key (id)=(same) "
            "already exists.");
  program.steps[0].fields.pop_back();
  program.steps[0].values.pop_back();
  program.steps[0].rows_max = 1;
  EXPECT_EQ(s.write(program, {number(5), text("x")}),
            "PGRST124: Query result exceeds max-affected preference constraint | The query affects "
            "2 rows");
  program.steps[0].rows_max = 2;
  program.returning = s.level("Post", {"id", "views"});
  EXPECT_EQ(s.write(program, {number(5), text("x")}), "2/0 [a,5][b,5]");
  program.singular = true;
  EXPECT_EQ(
      s.write(program, {number(6), text("x")}),
      "PGRST116: Cannot coerce the result to a single JSON object | The result contains 2 rows");
  program.singular = false;
  program.rollback = true;
  EXPECT_EQ(s.write(program, {number(7), text("x")}), "2/0 [a,7][b,7]");
  EXPECT_EQ(all("Post", {"id", "views"}), "[a,5][b,5][c,0]");
}

TEST_F(WriteTest, DeletesAndReturnsWhatWasThere) {
  s.insert("Post", {"id", "title"},
           {text("a"), text("x"), text("b"), text("x"), text("c"), text("y")});
  Step erase = step(StepKind::delete_, "Post");
  erase.where = equals("Post", "title", 0);
  Program program = single(erase);
  program.returning = s.level("Post", {"id"});
  program.returning->order = {{s.column("Post", "id"), true, true}};
  EXPECT_EQ(s.write(program, {text("x")}), "2/0 [b][a]");
  EXPECT_EQ(s.write(program, {text("x")}), "0/0 ");
  EXPECT_EQ(all("Post", {"id"}), "[c]");
}

TEST_F(WriteTest, RunsStepsThatReferToEarlierOnes) {
  s.insert("User", {"email"}, {text("ann")});
  s.insert("Tag", {"id"}, {number(5)});
  Program program;
  Step find = step(StepKind::find, "User");
  find.where = equals("User", "email", 0);
  find.error = Error(ErrorCode::permission_denied, "nobody");
  Step create = s.insert_step("Post", {"id", "title", "authorId"}, 0);
  Step link;
  link.kind = StepKind::link;
  link.relation = s.link("Post", "tags").relation;
  link.block = 1;
  Step check;
  check.kind = StepKind::check;
  check.of = 1;
  check.where = equals("Post", "title", 1);
  check.error = Error(ErrorCode::permission_denied, "refused");
  program.steps = {find, create, link, check};
  program.returning_step = 1;
  program.returning = s.level("Post", {"id"});
  program.returning->embeds = {Embed{s.link("Post", "author"), true, s.level("User", {"email"})},
                               Embed{s.link("Post", "tags"), false, s.level("Tag", {"id"})}};
  const std::vector<Value> post = {
      text("p"), text("ok"), Value::reference(0, 0, static_cast<uint32_t>(s.field("User", "id")))};
  const std::vector<Value> pair = {
      Value::reference(1, 0, static_cast<uint32_t>(s.field("Post", "id"))), number(5)};
  const std::vector<RowBlock> blocks = {{1, post}, {1, pair}};
  EXPECT_EQ(s.write(program, {text("nobody"), text("ok")}, blocks), "42501: nobody");
  EXPECT_EQ(s.write(program, {text("ann"), text("other")}, blocks), "42501: refused");
  EXPECT_EQ(all("Post", {"id"}), "");
  EXPECT_EQ(s.write(program, {text("ann"), text("ok")}, blocks), "1/1 [p,[ann],[5]]");
  const std::vector<Value> bad = {text("p"), number(6)};
  Program only;
  link.block = 0;
  only.steps = {link};
  EXPECT_EQ(s.write(only, {}, {{1, bad}}),
            "23503: insert or update on table \"_PostToTag\" violates foreign key constraint "
            "\"_PostToTag_B_fkey\" | "
            "Key (B)=(6) is not present in table \"Tag\".");
}

}  // namespace
}  // namespace trivet::store::sqlite
