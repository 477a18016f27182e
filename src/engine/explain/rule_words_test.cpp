#include "engine/explain/rule_words.h"

#include <gtest/gtest.h>

#include "engine/testing/harness.h"

namespace trivet::engine {
namespace {

constexpr const char* models = R"(
datasource db { provider = "sqlite" }
enum State { DRAFT OPEN @map("is open") }
model User {
  id Int @id
  name String?
  email String? @allow('read', auth().id == id)
  posts Post[]
  @@allow('read', true)
}
model Tag {
  id Int @id
  posts Post[]
}
)";

// Of Post's read rule.
Reaches reaches(const std::string& rules) {
  const auto schema = testing::make_schema(std::string(models) + R"(
model Post {
  id Int @id
  title String
  state State @default(DRAFT)
  locked Boolean @default(false)
  rank Int?
  ownerId Int?
  owner User? @relation(fields: [ownerId], references: [id])
  tags Tag[]
)" + rules + "\n}\n");
  const CompiledPolicy compiled = compile_policy(schema);
  EXPECT_TRUE(compiled.diagnostics.empty());
  const auto described = describe_rules(*compiled.policy);
  return described[2].operations[static_cast<size_t>(schema::Operation::read)];
}

std::string text(const Reach& reach) {
  if (reach.extent == Extent::nothing) return "no";
  return reach.extent == Extent::all ? "all" : reach.words;
}

// "for anonymous | for those signed in"
std::string said(const std::string& condition) {
  const Reaches found = reaches("  @@allow('read', " + condition + ")");
  return text(found.anonymous) + " | " + text(found.signed_in);
}

TEST(RuleWords, SayWhatDependsOnTheCallerForEachKindOfCaller) {
  EXPECT_EQ(said("true"), "all | all");
  EXPECT_EQ(said("false"), "no | no");
  EXPECT_EQ(said("auth() != null"), "no | all");
  EXPECT_EQ(said("auth() == null || locked"), "all | locked");
  EXPECT_EQ(said("ownerId == auth().id"), "no | ownerId is the caller's id");
  EXPECT_EQ(said("owner == auth() && !locked"), "no | ownerId is the caller's id and not locked");
  EXPECT_EQ(said("state == OPEN || owner == auth()"),
            "state is OPEN | state is OPEN or ownerId is the caller's id");
}

TEST(RuleWords, DecideComparisonsOfConstants) {
  EXPECT_EQ(said("currentOperation() == \"read\""), "all | all");
  EXPECT_EQ(said("currentModel() == \"User\" || locked"), "locked | locked");
}

TEST(RuleWords, SayChainsAndCollections) {
  EXPECT_EQ(said("owner.name == \"Ann\""), "owner.name is \"Ann\" | owner.name is \"Ann\"");
  EXPECT_EQ(text(reaches("  @@allow('read', tags?[id > 5])").anonymous),
            "some of tags has (id > 5)");
  EXPECT_EQ(text(reaches("  @@allow('read', tags^[id == this.rank])").anonymous),
            "none of tags has (id is the Post's rank)");
  EXPECT_EQ(text(reaches("  @@allow('read', tags![id in [1, 2]])").anonymous),
            "each of tags has (id is one of [1, 2])");
  EXPECT_EQ(text(reaches("  @@allow('read', owner.posts?[locked])").anonymous),
            "owner has (some of posts has (locked))");
}

TEST(RuleWords, SayWhatBelongsToTheCaller) {
  EXPECT_EQ(said("auth().posts?[locked && id != this.id]"),
            "no | the caller's User has (some of posts has (locked and id is not the outer Post's id))");
}

TEST(RuleWords, SayTestsOfTextAndNull) {
  EXPECT_EQ(text(reaches("  @@allow('read', contains(title, \"x\", true) && rank != null)").anonymous),
            "title contains, in any case, \"x\" and rank is not null");
  EXPECT_EQ(text(reaches("  @@allow('read', startsWith(title, \"x\") && (locked || rank < 3))").anonymous),
            "title starts with \"x\" and (locked or rank < 3)");
}

TEST(RuleWords, SayDeniesAtTheEnd) {
  EXPECT_EQ(text(reaches("  @@deny('read', locked)\n  @@allow('read', state == OPEN)").anonymous),
            "state is OPEN, unless locked");
  EXPECT_EQ(text(reaches("  @@deny('read', locked)\n  @@allow('read', true)").anonymous),
            "unless locked");
}

TEST(RuleWords, TellFieldsWithRules) {
  const auto compiled = compile_policy(testing::make_schema(models + std::string(
      "model Post {\n id Int @id\n ownerId Int?\n owner User? @relation(fields: [ownerId], "
      "references: [id])\n tags Tag[]\n}\n")));
  const auto described = describe_rules(*compiled.policy);
  ASSERT_EQ(described[0].fields.size(), 1U);
  EXPECT_EQ(text(described[0].fields[0].read.anonymous), "no");
  EXPECT_EQ(text(described[0].fields[0].read.signed_in), "the caller's id is id");
  EXPECT_EQ(text(described[0].fields[0].update.anonymous), "all");
  EXPECT_EQ(described[1].operations[1].signed_in.extent, Extent::nothing);
}

}  // namespace
}  // namespace trivet::engine
