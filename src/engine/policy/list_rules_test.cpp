// Rules over list fields, which only some stores have: on store/memory.
#include <gtest/gtest.h>

#include "engine/testing/harness.h"
#include "engine/testing/operation_text.h"

namespace trivet::engine {
namespace {

using testing::parse_operation;

// Ids that a caller with `claims` reads under `condition`.
std::string readable(const std::string& condition, const std::string& claims) {
  const auto schema = testing::make_schema(R"(
datasource db { provider = "postgresql" }
type Caller { id Int  team String?  teams String[]  @@auth }
model Doc {
  id Int @id
  tags String[]
  @@allow('read', )" + condition + ")\n}\n");
  if (schema == nullptr) return "invalid";
  store::memory::MemoryStore store(schema);
  testing::FixedEnvironment environment;
  Engine engine(schema, store, environment, {});
  const auto run = [&](const std::string& text, const Identity& identity) {
    auto parsed = parse_operation(*schema, *parse_json(text, 64));
    if (!parsed) return parsed.error().message;
    const auto outcome = testing::run(engine, parsed->operation, parsed->params, identity);
    if (!outcome) return outcome.error().message;
    return testing::print_rows(parsed->operation.selection, outcome->rows.batch);
  };
  (void)run(R"({"create":"Doc","rows":[{"id":1,"tags":["a","b"]},{"id":2,"tags":["b"]},{"id":3,"tags":[]}]})",
            testing::service());
  const Identity caller = claims.empty() ? testing::anonymous() : testing::user(claims);
  return run(R"({"read":"Doc","select":["id"],"order":["id"]})", caller);
}

TEST(ListRules, MembersOfAListField) {
  EXPECT_EQ(readable("\"a\" in tags", ""), "[[1]]");
  EXPECT_EQ(readable("auth().team in tags", R"({"team":"b"})"), "[[1],[2]]");
  EXPECT_EQ(readable("auth().team in tags", R"({"team":"c"})"), "[]");
  EXPECT_EQ(readable("has(tags, auth().team)", R"({"team":"a"})"), "[[1]]");
  EXPECT_EQ(readable("has(tags, \"b\")", ""), "[[1],[2]]");
}

TEST(ListRules, SomeEveryAndEmpty) {
  EXPECT_EQ(readable("hasSome(tags, [\"a\", \"x\"])", ""), "[[1]]");
  EXPECT_EQ(readable("hasSome(tags, auth().teams)", R"({"teams":["b","x"]})"), "[[1],[2]]");
  EXPECT_EQ(readable("hasEvery(tags, [\"a\", \"b\"])", ""), "[[1]]");
  EXPECT_EQ(readable("hasEvery(tags, auth().teams)", R"({"teams":["b","x"]})"), "[]");
  EXPECT_EQ(readable("isEmpty(tags)", ""), "[[3]]");
}

TEST(ListRules, AListOfTheCallerThatIsNotThereIsUnknown) {
  EXPECT_EQ(readable("hasEvery(tags, auth().teams)", R"({"id":1})"), "[]");
  EXPECT_EQ(readable("!hasSome(tags, auth().teams)", R"({"id":1})"), "[]");
  EXPECT_EQ(readable("!(auth().team in tags)", R"({"id":1})"), "[]");
  EXPECT_EQ(readable("!(auth().team in tags)", R"({"team":"a"})"), "[[2],[3]]");
}

}  // namespace
}  // namespace trivet::engine
