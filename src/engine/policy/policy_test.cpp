#include "engine/policy/policy.h"

#include <gtest/gtest.h>

#include <fstream>

#include "engine/policy/apply.h"
#include "engine/policy/caller.h"
#include "engine/policy/compile.h"
#include "engine/policy/fold.h"
#include "engine/testing/harness.h"

namespace trivet::engine {
namespace {

using store::Expr;
using store::Op;

Expr constant(Op op) {
  Expr expr;
  expr.op = op;
  expr.type = Type::boolean;
  return expr;
}

Expr column() { return store::make_column(0, Type::boolean); }

TEST(Fold, KeepsThreeValuedLogic) {
  EXPECT_EQ(fold(store::make_and({constant(Op::null_value), constant(Op::always_false)})).op,
            Op::always_false);
  EXPECT_EQ(fold(store::make_and({constant(Op::null_value), constant(Op::always_true)})).op,
            Op::null_value);
  EXPECT_EQ(fold(store::make_or({constant(Op::null_value), constant(Op::always_true)})).op,
            Op::always_true);
  EXPECT_EQ(fold(store::make_unary(Op::not_, constant(Op::null_value))).op, Op::null_value);
  EXPECT_EQ(fold(store::make_binary(Op::eq, column(), constant(Op::null_value))).op,
            Op::null_value);
  EXPECT_EQ(fold(store::make_unary(Op::is_true, constant(Op::null_value))).op, Op::always_false);
  EXPECT_EQ(fold(store::make_unary(Op::is_null, constant(Op::null_value))).op, Op::always_true);
}

TEST(Fold, AFilterTakesNullForFalse) {
  EXPECT_EQ(fold_filter(constant(Op::null_value)).op, Op::always_false);
  EXPECT_EQ(fold_filter(store::make_or({constant(Op::null_value), column()})).op, Op::column);
  // Not under a negation: not null isn't true either.
  EXPECT_EQ(fold_filter(store::make_unary(Op::not_, constant(Op::null_value))).op,
            Op::always_false);
}

TEST(RuleApplier, GivenRowsHaveNoRulesButWhatHangsOnThemHas) {
  const auto schema = testing::make_schema(R"(
datasource db { provider = "sqlite" }
model Post { id Int @id  title String @allow('read', false)  comments Comment[] }
model Comment { id Int @id  text String  postId Int  post Post @relation(fields: [postId], references: [id])
  @@allow('read', text == "x") }
)");
  ASSERT_NE(schema, nullptr);
  const auto policy = compile_policy(schema).policy;
  const auto caller = make_caller(policy, testing::anonymous());
  ParamTable params(1);
  store::Level root;
  root.model = 0;
  root.outputs.push_back({store::make_column(1, Type::text)});
  store::Level below;
  below.model = 1;
  below.outputs.push_back({store::make_column(1, Type::text)});
  root.embeds.push_back({.link = {0, 1, -1, 0}, .to_one = false, .level = below, .near = {}, .through = {}});
  root.where = store::make_unary(Op::is_not_null, store::make_column(1, Type::text));
  store::Level stored = root;
  EXPECT_EQ(RuleApplier(*caller, params).apply(stored).error().code, ErrorCode::permission_denied);
  root.rows_param = 0;
  ASSERT_TRUE(RuleApplier(*caller, params).apply(root).has_value());
  EXPECT_EQ(root.outputs[0].expr.op, Op::column);
  EXPECT_EQ(root.where->op, Op::is_not_null);
  ASSERT_TRUE(root.embeds[0].level.where.has_value());
  EXPECT_EQ(root.embeds[0].level.where->op, Op::eq);
}

std::string check(const std::string& rule) {
  const auto schema = testing::make_schema(R"(
datasource db { provider = "sqlite" }
type Address { city String? }
model User { id Int @id  name String?  shy Boolean?  posts Post[]  @@allow('read', true) }
model Post {
  id Int @id
  title String
  ownerId Int?
  owner User? @relation(fields: [ownerId], references: [id])
  comments Comment[]
  address Address? @json
  )" + rule + R"(
}
model Comment { id Int @id  text String  postId Int  post Post @relation(fields: [postId], references: [id]) }
)");
  if (schema == nullptr) return "invalid";
  store::Capabilities capabilities;
  const auto found = Engine::check(*schema, capabilities);
  if (found.empty()) return "";
  const schema::LineColumn at = schema::line_column(schema->files[0].text, found[0].where.begin);
  return std::to_string(at.line) + ": " + found[0].message;
}

TEST(Check, RefusesByNameWhatIsNotEnforced) {
  EXPECT_EQ(check("@@allow('all', contains(title, \"x\", owner.shy))"),
            "12: a third argument that isn't true or false can't be enforced in access rules yet");
  EXPECT_EQ(check("@@allow('read', address.city == \"x\")"),
            "12: the member \"city\" can't be enforced in access rules yet");
}

TEST(Check, RefusesListsOfClaimsButTakesRelationsOfTheCaller) {
  EXPECT_EQ(check("@@allow('read', auth().posts?[title == this.title])"), "");
  const auto schema = testing::make_schema(R"(
datasource db { provider = "sqlite" }
type Team { level Int }
type Caller { id Int  teams Team[]  @@auth }
model Post { id Int @id  @@allow('read', auth().teams?[level > 1]) }
)");
  ASSERT_NE(schema, nullptr);
  const auto found = Engine::check(*schema, {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message,
            "a collection predicate over a list of auth() that is no relation can't be enforced in "
            "access rules yet");
}

TEST(Check, ReportsAPlaceOnce) {
  const auto schema = testing::make_schema(R"(
datasource db { provider = "sqlite" }
model Post { id Int @id  text String  loose Boolean
  @@allow('all', contains(text, "x", loose)) }
)");
  EXPECT_EQ(Engine::check(*schema, {}).size(), 1U);
}

// What the page shows is served.
TEST(Check, AcceptsTheExampleOfTheDocs) {
  std::ifstream page(std::string(TRIVET_SOURCE_DIR) + "/docs/rules.md");
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      if (inside) break;
      inside = line == "```prisma";
    } else if (inside) {
      text += line + "\n";
    }
  }
  const auto schema = testing::make_schema("datasource db { provider = \"sqlite\" }\n" + text);
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(schema->models.size(), 4U);
  EXPECT_TRUE(Engine::check(*schema, {}).empty());
}

TEST(Check, RefusesExpressionsThatStoresReadOtherwise) {
  EXPECT_EQ(check("@@allow('all', true) @@validate(regex(title, \"\\\\bx\"))").substr(0, 4), "12: ");
}

TEST(Check, RefusesValidationInTypedJson) {
  const auto schema = testing::make_schema(R"(
datasource db { provider = "sqlite" }
type Address { city String @length(1, 5) }
model User { id Int @id  address Address? @json }
)");
  ASSERT_NE(schema, nullptr);
  const auto found = Engine::check(*schema, {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message, "@length in typed JSON is not enforced yet");
}

TEST(Check, AcceptsRelations) {
  EXPECT_EQ(check("@@allow('read', owner.name == \"x\" || owner.posts![title == this.title])"), "");
  EXPECT_EQ(check("@@allow('read', comments?[c, post.owner.posts^[p, p.id == c.id]])"), "");
  EXPECT_EQ(check("@@allow('read', check(owner, 'read') && currentModel() == \"Post\")"), "");
  EXPECT_EQ(check("@@deny('post-update', before().ownerId != ownerId)"), "");
}

TEST(Check, AcceptsTheRowsOwnFields) {
  EXPECT_EQ(check("@@allow('all', owner == auth() || owner.id == auth().id || owner == null)"), "");
  EXPECT_EQ(check("@@allow('read', this.title == \"a\" && auth().name != null && auth() != null)"),
            "");
  EXPECT_EQ(check("@@allow('read', ownerId in [1, 2] || contains(title, auth().name, true))"), "");
}

TEST(Caller, ClassesFoldWhatDependsOnTheCallerAlone) {
  const auto schema = testing::make_schema(R"(
datasource db { provider = "sqlite" }
enum Role { USER ADMIN }
model User { id Int @id  role Role }
model Post { id Int @id  ownerId Int?
  @@allow('read', auth().role == ADMIN || ownerId == auth().id)
  @@allow('create', auth() != null) }
)");
  const CompiledPolicy compiled = compile_policy(schema);
  ASSERT_TRUE(compiled.diagnostics.empty());
  const auto class_of = [&](const Identity& identity) {
    return make_caller(compiled.policy, identity)->class_name;
  };
  EXPECT_EQ(class_of(testing::service()), "s");
  EXPECT_EQ(class_of(testing::anonymous()), "afn");
  // Claims of a token for the role anon name nobody.
  EXPECT_EQ(class_of({Role::anon, "anon", R"({"id":1,"role":"ADMIN"})"}), "afn");
  EXPECT_EQ(class_of(testing::user(R"({"id":1,"role":"ADMIN"})")), "utt");
  EXPECT_EQ(class_of(testing::user(R"({"id":2,"role":"USER"})")), "utf");
  EXPECT_EQ(class_of(testing::user(R"({"id":3})")),
            class_of(testing::user(R"({"id":4,"role":5})")));
}

// A column of an outer row, inside a predicate over a relation, is masked by its own row's rule.
TEST(Apply, MasksColumnsOfOuterRows) {
  const auto schema = testing::make_schema(R"(
datasource db { provider = "sqlite" }
model User { id Int @id  posts Post[]  @@allow('read', true) }
model Post { id Int @id  open Boolean  n Int? @allow('read', open)  ownerId Int
  owner User @relation(fields: [ownerId], references: [id])
  @@allow('read', true) }
)");
  const CompiledPolicy compiled = compile_policy(schema);
  const auto caller = make_caller(compiled.policy, testing::anonymous());
  ParamTable params(0);
  Expr outer = store::make_column(2, Type::int4);
  outer.depth = 1;
  Expr exists = store::make_unary(Op::exists, store::make_unary(Op::is_null, std::move(outer)));
  exists.link = {0, 0, -1, 0};
  ASSERT_TRUE(RuleApplier(*caller, params).apply(exists, 1));
  const Expr& mask = exists.args[0].args[0];
  ASSERT_EQ(mask.op, Op::case_when);
  ASSERT_EQ(mask.args[0].op, Op::column);
  EXPECT_EQ(mask.args[0].field, 1);
  EXPECT_EQ(mask.args[0].depth, 1);
}

}  // namespace
}  // namespace trivet::engine
