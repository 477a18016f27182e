#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>

#include "store/sqlite/test_store.h"

namespace trivet::store::sqlite {
namespace {

constexpr const char* blog = R"(
enum Mood { SAD @map("sad") OK HAPPY }
model User {
  id Int @id @default(autoincrement())
  email String @unique
  mood Mood @default(OK)
  posts Post[]
  groups Group[]
  profile Profile?
}
model Profile {
  id Int @id
  bio String?
  userId Int @unique
  user User @relation(fields: [userId], references: [id], onDelete: Cascade)
}
model Post {
  id String @id
  title String
  views BigInt @default(0)
  price Decimal?
  at DateTime?
  meta Json?
  data Bytes?
  open Boolean?
  score Float?
  authorId Int?
  author User? @relation(fields: [authorId], references: [id], onDelete: Restrict)
}
model Group { id Int @id name String users User[] }
model Node {
  id Int @id
  parentId Int?
  parent Node? @relation("tree", fields: [parentId], references: [id])
  children Node[] @relation("tree")
}
model Pair { a Int b Int c Int? @@id([a, b]) }
)";

Value text(std::string_view s) { return Value::text(s); }
Value number(int64_t n) { return Value::integer(n); }

class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    s.insert("User", {"email", "mood"},
             {text("ann"), text("HAPPY"), text("bob"), text("sad"), text("cy"), text("OK")});
    s.insert("Post", {"id", "title", "authorId", "views"},
             {text("p1"), text("One"), number(1), number(10), text("p2"), text("Two"), number(1),
              number(5), text("p3"), text("Éclair"), number(2), number(7), text("p4"), text("none"),
              Value::null(), number(9007199254740993)});
    s.insert("Group", {"id", "name"}, {number(1), text("g1"), number(2), text("g2")});
    Program program;
    Step step;
    step.kind = StepKind::link;
    step.relation = s.link("User", "groups").relation;
    step.block = 0;
    program.steps.push_back(step);
    // A is Group, B is User.
    const std::vector<Value> pairs = {number(1), number(1), number(2), number(1),
                                      number(1), number(2), number(1), number(1)};
    EXPECT_EQ(s.write(program, {}, {RowBlock{4, pairs}}), "0/0 ");
  }

  Level users() { return s.level("User", {"id", "email"}); }
  Level posts() { return s.level("Post", {"id"}); }
  OrderTerm by(const char* model, const char* field, bool descending = false) {
    return {s.column(model, field), descending, descending};
  }

  TestStore s{blog};
};

TEST_F(SqliteStoreTest, ReadsByKey) {
  Level level = users();
  level.where = make_binary(Op::eq, s.column("User", "id"), make_param(0, Type::int4));
  EXPECT_EQ(s.read(level, {number(2)}), "[2,bob]");
  EXPECT_EQ(s.read(level, {number(9)}), "");
  EXPECT_EQ(s.read(level, {Value::null()}), "");
}

TEST_F(SqliteStoreTest, ReadsPagesAndCounts) {
  Level level = users();
  level.order = {by("User", "id", true)};
  level.limit_param = 0;
  level.offset_param = 1;
  EXPECT_EQ(s.read(level, {number(1), number(1)}, true), "[2,bob] of 3");
  EXPECT_EQ(s.read(level, {Value::null(), number(1)}, true), "[2,bob][1,ann] of 3");
  EXPECT_EQ(s.read(level, {number(0), number(0)}, true), " of 3");
}

TEST_F(SqliteStoreTest, OrdersEnumsByDeclarationAndSpellsNulls) {
  Level level = users();
  level.order = {by("User", "mood")};
  EXPECT_EQ(s.read(level), "[2,bob][3,cy][1,ann]");
  Level by_author = posts();
  by_author.order = {by("Post", "authorId"), by("Post", "id")};
  EXPECT_EQ(s.read(by_author), "[p1][p2][p3][p4]");
  by_author.order[0].nulls_first = true;
  EXPECT_EQ(s.read(by_author), "[p4][p1][p2][p3]");
  level.where = make_binary(Op::gt, s.column("User", "mood"), make_param(0, Type::enum_));
  EXPECT_EQ(s.read(level, {text("sad")}), "[3,cy][1,ann]");
}

TEST_F(SqliteStoreTest, EmbedsEveryKindOfRelation) {
  Level level = users();
  level.order = {by("User", "id")};
  Embed many{s.link("User", "posts"), false, posts()};
  many.level.order = {by("Post", "views", true)};
  many.level.limit_param = 0;
  Embed groups{s.link("User", "groups"), false, s.level("Group", {"name"})};
  groups.level.order = {by("Group", "id")};
  Embed profile{s.link("User", "profile"), true, s.level("Profile", {"bio"})};
  level.embeds = {many, groups, profile};
  EXPECT_EQ(s.read(level, {number(1)}),
            "[1,ann,[p1],[g1][g2],null][2,bob,[p3],[g1],null][3,cy,,,null]");

  Level below = posts();
  below.order = {by("Post", "id")};
  Embed author{s.link("Post", "author"), true, s.level("User", {"email"})};
  author.level.embeds = {Embed{s.link("User", "groups"), false, s.level("Group", {"id"})}};
  below.embeds = {author};
  EXPECT_EQ(s.read(below), "[p1,[ann,[1][2]]][p2,[ann,[1][2]]][p3,[bob,[1]]][p4,null]");
}

TEST_F(SqliteStoreTest, FiltersByLinkedRows) {
  Level level = users();
  level.order = {by("User", "id")};
  Expr exists = make_unary(
      Op::exists, make_binary(Op::ge, s.column("Post", "views"), make_param(0, Type::int8)));
  exists.link = s.link("User", "posts");
  level.where = exists;
  EXPECT_EQ(s.read(level, {number(8)}), "[1,ann]");
  Expr outer = s.column("User", "id");
  outer.depth = 1;
  exists.link = s.link("User", "groups");
  exists.args[0] = make_binary(Op::eq, s.column("Group", "id"), outer);
  level.where = exists;
  EXPECT_EQ(s.read(level, {}), "[1,ann]");
  level.where = make_unary(Op::not_, exists);
  EXPECT_EQ(s.read(level, {}), "[2,bob][3,cy]");

  Level related = posts();
  Expr email = s.column("User", "email");
  Expr expr;
  expr.op = Op::related;
  expr.type = Type::text;
  expr.link = s.link("Post", "author");
  expr.args = {email};
  related.outputs.push_back({expr});
  related.order = {{expr, true, false}, by("Post", "id")};
  EXPECT_EQ(s.read(related), "[p3,bob][p1,ann][p2,ann][p4,null]");
}

TEST_F(SqliteStoreTest, TakesListsOfAnyLength) {
  Level level = posts();
  level.order = {by("Post", "id")};
  level.where = make_binary(Op::in, s.column("Post", "id"), make_param(0, Type::text));
  const std::vector<Value> ids = {text("p3"), text("p1"), text("zz")};
  EXPECT_EQ(s.read(level, {Value::list(ids)}), "[p1][p3]");
  EXPECT_EQ(s.read(level, {Value::list({})}), "");
  level.where = make_unary(Op::not_, *level.where);
  EXPECT_EQ(s.read(level, {Value::list({})}), "[p1][p2][p3][p4]");
  level.where = make_binary(Op::in, s.column("Post", "views"), make_param(0, Type::int8));
  const std::vector<Value> numbers = {number(9007199254740993), number(7)};
  EXPECT_EQ(s.read(level, {Value::list(numbers)}), "[p3][p4]");
}

TEST_F(SqliteStoreTest, MatchesText) {
  Level level = posts();
  level.order = {by("Post", "id")};
  const auto match = [&](Op op, std::string_view pattern) {
    level.where = make_binary(op, s.column("Post", "title"), make_param(0, Type::text));
    return s.read(level, {text(pattern)});
  };
  EXPECT_EQ(match(Op::like, "%o%"), "[p2][p4]");
  EXPECT_EQ(match(Op::like, "o%"), "");
  EXPECT_EQ(match(Op::ilike, "éc%"), "[p3]");
  EXPECT_EQ(match(Op::regex, "^[OT]"), "[p1][p2]");
  EXPECT_EQ(match(Op::iregex, "^[ot]"), "[p1][p2]");
  EXPECT_EQ(match(Op::contains, "n"), "[p1][p4]");
  EXPECT_EQ(match(Op::istarts_with, "ONE"), "[p1]");
  EXPECT_EQ(match(Op::iends_with, "AIR"), "[p3]");
  EXPECT_EQ(match(Op::regex, "(").substr(0, 5), "2201B");
}

TEST_F(SqliteStoreTest, Aggregates) {
  Level level = posts();
  level.outputs.clear();
  level.outputs.push_back({s.column("Post", "authorId")});
  Expr sum = make_unary(Op::sum, s.column("Post", "views"));
  sum.type = Type::numeric;
  Expr avg = make_unary(Op::avg, s.column("Post", "views"));
  avg.type = Type::numeric;
  Expr count;
  count.op = Op::count_rows;
  count.type = Type::int8;
  level.outputs.push_back({sum});
  level.outputs.push_back({avg});
  level.outputs.push_back({count});
  level.grouped = true;
  level.order = {by("Post", "authorId")};
  EXPECT_EQ(s.read(level),
            "[1,15,7.5000000000000000,2][2,7,7.0000000000000000,1][null,9007199254740993,"
            "9007199254740993.0000,1]");
  Level moods;
  moods.model = s.model("User");
  Expr most = make_unary(Op::max, s.column("User", "mood"));
  most.type = Type::enum_;
  moods.outputs.push_back({most});
  moods.grouped = true;
  EXPECT_EQ(s.read(moods), "[HAPPY]");
}

TEST_F(SqliteStoreTest, KeepsEveryType) {
  const int64_t at = 1704164645678000;
  s.insert(
      "Post", {"id", "title", "price", "at", "meta", "data", "open", "score"},
      {text("x"), text(""), Value::numeric("12345678901.25"), Value::timestamp(at),
       Value::json(R"({"a": {"b": [1, "x", null]}, "n": 1.50})"),
       Value::bytes(std::string_view("\0\xff", 2)), Value::boolean(true), Value::floating(0.1)});
  Level level = s.level("Post", {"title", "price", "at", "meta", "open", "score"});
  level.where = make_binary(Op::eq, s.column("Post", "at"), make_param(0, Type::timestamp));
  EXPECT_EQ(
      s.read(level, {Value::timestamp(at)}),
      R"([,12345678901.25,1704164645678000,{"a": {"b": [1, "x", null]}, "n": 1.50},true,0.100000])");
  level.where = make_binary(Op::lt, s.column("Post", "at"), make_param(0, Type::timestamp));
  EXPECT_EQ(s.read(level, {Value::timestamp(at)}), "");
  level.outputs.resize(1);
  level.where = make_binary(Op::eq, s.column("Post", "price"), make_param(0, Type::numeric));
  EXPECT_EQ(s.read(level, {Value::numeric("12345678901.250")}), "[]");
  EXPECT_EQ(s.insert("Post", {"id", "title", "price"},
                     {text("y"), text(""), Value::numeric("1234567890.1234567")}),
            "22003: numeric field overflow | The sqlite store keeps 15 significant digits exactly, "
            "\"1234567890.1234567\" has more.");
}

TEST_F(SqliteStoreTest, ReadsDocuments) {
  s.insert("Post", {"id", "title", "meta"},
           {text("x"), text(""),
            Value::json(R"({"a": {"b": [1, "x", true]}, "n": 1.50, "q\"uote": 5})")});
  const auto get = [&](Op op, std::vector<std::variant<std::string, int>> path) {
    Expr expr = s.column("Post", "meta");
    for (const auto& step : path) {
      Expr next;
      next.op = &step == &path.back() ? op : Op::json_get;
      next.type = next.op == Op::json_get ? Type::jsonb : Type::text;
      if (const auto* index = std::get_if<int>(&step))
        next.is_index = true, next.index = *index;
      else
        next.key = std::get<std::string>(step);
      next.args = {expr};
      expr = next;
    }
    Level level;
    level.model = s.model("Post");
    level.outputs.push_back({expr});
    level.where = make_binary(Op::eq, s.column("Post", "id"), make_param(0, Type::text));
    return s.read(level, {text("x")});
  };
  EXPECT_EQ(get(Op::json_get, {"a", "b"}), R"([[1, "x", true]])");
  EXPECT_EQ(get(Op::json_get_text, {"a", "b", -2}), "[x]");
  EXPECT_EQ(get(Op::json_get_text, {"a", "b", 2}), "[true]");
  EXPECT_EQ(get(Op::json_get_text, {"n"}), "[1.50]");
  EXPECT_EQ(get(Op::json_get_text, {"q\"uote"}), "[5]");
  EXPECT_EQ(get(Op::json_get, {"a", 0}), "[null]");
  Level level = posts();
  level.where = make_binary(Op::contains_all, s.column("Post", "meta"), make_param(0, Type::jsonb));
  EXPECT_EQ(s.read(level, {Value::json(R"({"a": {"b": ["x"]}})")}), "[x]");
  Expr n;
  n.op = Op::json_get;
  n.type = Type::jsonb;
  n.key = "n";
  n.args = {s.column("Post", "meta")};
  level.where = make_binary(Op::gt, n, make_param(0, Type::jsonb));
  EXPECT_EQ(s.read(level, {Value::json("1.4")}), "[x]");
}

TEST_F(SqliteStoreTest, Casts) {
  Level level;
  level.model = s.model("Post");
  Expr cast = make_unary(Op::cast, s.column("Post", "views"));
  cast.type = Type::text;
  level.outputs.push_back({cast});
  cast = make_unary(Op::cast, s.column("Post", "id"));
  cast.type = Type::int4;
  level.where = make_binary(Op::eq, s.column("Post", "id"), make_param(0, Type::text));
  EXPECT_EQ(s.read(level, {text("p4")}), "[9007199254740993]");
  level.outputs = {{cast}};
  EXPECT_EQ(s.read(level, {text("p4")}), "22P02: invalid input syntax for type integer: \"p4\"");
}

}  // namespace
}  // namespace trivet::store::sqlite
