#include "engine/engine.h"

#include <gtest/gtest.h>

#include <thread>

#include "engine/plan/cost.h"
#include "engine/plan/plan.h"
#include "engine/testing/harness.h"
#include "engine/testing/operation_text.h"

namespace trivet::engine {
namespace {

using testing::parse_operation;

const std::string cities = R"(
datasource db { provider = "sqlite" }
model Country {
  code String @id
  name String @unique
  cities City[]
  languages Language[]
  @@allow('read', true)
}
model City {
  id Int @id @default(autoincrement())
  name String
  population Int
  height Int?
  countryCode String
  country Country @relation(fields: [countryCode], references: [code])
  @@index([countryCode, population(sort: Desc)])
  @@index([height])
  @@allow('read', population > 10)
  @@allow('create', auth() != null)
}
model User { id Int @id }
model Language { code String @id  countries Country[]  @@allow('read', true) }
)";

class EngineTest : public ::testing::Test {
 protected:
  std::shared_ptr<const schema::Schema> schema_ = testing::make_schema(cities);
  store::memory::MemoryStore store_{schema_};
  testing::FixedEnvironment environment_;
  Engine engine_{schema_, store_, environment_, Limits()};

  testing::TestOperation operation(const std::string& text) {
    auto json = parse_json(text, 64);
    auto parsed = parse_operation(*schema_, *json);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return std::move(*parsed);
  }

  // Whether the read runs small, as the service.
  bool small(const std::string& text) {
    testing::TestOperation made = operation(text);
    const auto plan = engine_.plan(made.operation, testing::service());
    EXPECT_TRUE(plan) << plan.error().message;
    if (!(*plan)->read.small_query) return false;
    std::vector<Value> params = made.params.values;
    for (const AppendedParam& appended : (*plan)->appended) {
      EXPECT_EQ(appended.source, AppendedParam::Source::capped);
      const int64_t cap = static_cast<int64_t>(appended.cap);
      params.push_back(Value::integer(
          appended.index < 0 ? cap : std::min(cap, params[appended.index].as_integer())));
    }
    return is_small((*plan)->read.bounds, params);
  }
};

TEST_F(EngineTest, KeyLookupsAndIndexedRangesAreSmall) {
  EXPECT_TRUE(small(R"({"read":"City","select":["name"],"where":["eq","id",1]})"));
  EXPECT_TRUE(small(R"({"read":"Country","select":["code"],"where":["eq","name","x"]})"));
  EXPECT_TRUE(small(R"({"read":"City","select":["name"],"where":["in","id",[1,2,3]]})"));
  EXPECT_TRUE(small(
      R"({"read":"City","select":["name"],"where":["eq","countryCode","x"],"order":["-population"],"limit":20})"));
  EXPECT_TRUE(small(R"({"read":"City","select":["name"],"limit":20})"));
  EXPECT_TRUE(small(R"({"read":"City","select":["name"],"order":["-id"],"limit":20})"));
  EXPECT_TRUE(small(
      R"({"read":"Country","select":["name",{"embed":"cities","select":["name"],"order":["-population"],
                       "limit":20},{"embed":"languages","select":["code"]}],"where":["eq","code","x"]})"));
}

// The first value finds rows by the index; another one, which none of them has, would look through all of them.
TEST_F(EngineTest, OneFieldWithTwoValuesIsNot) {
  const auto read = [](std::string_view other) {
    return R"({"read":"City","select":["name"],"where":["and",["eq","countryCode","x"],["eq","countryCode",")" +
           std::string(other) + R"("]],"order":["-population"],"limit":20})";
  };
  EXPECT_TRUE(small(read("x")));
  EXPECT_FALSE(small(read("y")));
  EXPECT_FALSE(small(
      R"({"read":"Country","select":["name",{"embed":"cities","select":["name"],"where":["eq","countryCode","y"],
                       "limit":20}],"where":["eq","code","x"]})"));
}

TEST_F(EngineTest, ARuleOnOwnFieldsLeavesAReadSmall) {
  const auto notes = testing::make_schema(R"(
datasource db { provider = "sqlite" }
type Caller { id String @@auth }
model Note {
  id Int @id
  owner String
  @@index([owner, id])
  @@allow('read', auth().id == owner)
})");
  store::memory::MemoryStore store(notes);
  Engine engine(notes, store, environment_, Limits());
  const auto bounds = [&](const std::string& text) {
    auto json = parse_json(text, 64);
    auto parsed = parse_operation(*notes, *json);
    const auto plan = engine.plan(parsed->operation, testing::user(R"({"sub":"x"})"));
    return (*plan)->read.small_query ? (*plan)->read.bounds : std::vector<LevelBound>();
  };
  EXPECT_EQ(bounds(R"({"read":"Note","select":["id"],"order":["-id"],"limit":20})").size(), 1U);
  const auto filtered =
      bounds(R"({"read":"Note","select":["id"],"where":["eq","owner","x"],"order":["-id"],"limit":20})");
  ASSERT_EQ(filtered.size(), 1U);
  EXPECT_EQ(filtered[0].same.size(), 1U);
}

TEST_F(EngineTest, WhatMayTouchManyRowsIsNot) {
  EXPECT_FALSE(small(R"({"read":"City","select":["name"],"order":["population"],"limit":20})"));
  EXPECT_FALSE(
      small(R"({"read":"City","select":["name"],"where":["eq","countryCode","x"],"limit":101})"));
  EXPECT_FALSE(small(
      R"({"read":"City","select":["name"],"where":["eq","countryCode","x"],"offset":5000,"limit":5})"));
  EXPECT_FALSE(
      small(R"({"read":"City","select":["name"],"where":["like","name","x%"],"limit":5})"));
  EXPECT_FALSE(small(R"({"read":"City","select":["name"],"limit":5,"count":true})"));
  EXPECT_FALSE(small(R"({"read":"City","select":["name"],"order":["height"],"limit":5})"));
  EXPECT_FALSE(small(R"({"read":"City","select":[{"count":"*"}]})"));
  EXPECT_FALSE(small(
      R"({"read":"Country","select":["name",{"embed":"cities","select":["name"],"order":["name"]}],
                        "where":["eq","code","x"]})"));
}

TEST_F(EngineTest, APlanIsFoundByShapeAndClassOfCaller) {
  testing::TestOperation made = operation(R"({"read":"City","select":["name"]})");
  EXPECT_EQ(engine_.find_plan(made.operation.shape, testing::service()), nullptr);
  const auto plan = engine_.plan(made.operation, testing::service());
  ASSERT_TRUE(plan);
  EXPECT_EQ(engine_.find_plan(made.operation.shape, testing::service()), *plan);
  EXPECT_EQ(engine_.find_plan(made.operation.shape, testing::anonymous()), nullptr);
}

TEST_F(EngineTest, APlanOfOtherCallersIsRefused) {
  testing::TestOperation made = operation(R"({"read":"City","select":["name"]})");
  const auto plan = engine_.plan(made.operation, testing::service());
  const Identity anonymous = testing::anonymous();
  const auto outcome =
      testing::await(engine_.run(*plan, made.params, {anonymous, testing::no_deadline()}));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::internal);
}

TEST_F(EngineTest, ASwappedSchemaForgetsPlansAndKeepsRunningOnes) {
  testing::TestOperation made = operation(R"({"read":"City","select":["name"]})");
  const auto plan = engine_.plan(made.operation, testing::service());
  ASSERT_TRUE(engine_.set_schema(testing::make_schema(cities)));
  (void)engine_.schema();
  EXPECT_EQ(engine_.find_plan(made.operation.shape, testing::service()), nullptr);
  const Identity service = testing::service();
  EXPECT_TRUE(testing::await(engine_.run(*plan, made.params, {service, testing::no_deadline()})));
}

// A reload between decoding and planning must not let indexes of one schema be read in another.
TEST_F(EngineTest, AThreadKeepsTheSchemaThatItTook) {
  const std::shared_ptr<const schema::Schema> taken = engine_.schema();
  const int city = taken->model_by_name.at("City");
  const int height = taken->models[city].field_by_name.at("height");
  testing::TestOperation made = operation(R"({"read":"City","select":["height"]})");
  const auto smaller =
      testing::make_schema(R"(datasource db { provider = "sqlite" } model Only { id Int @id })");
  std::thread([&] { ASSERT_TRUE(engine_.set_schema(smaller)); }).join();
  EXPECT_TRUE(engine_.readable(city, height, testing::anonymous()));
  EXPECT_TRUE(engine_.model_access(city, testing::anonymous()).read);
  EXPECT_TRUE(engine_.plan(made.operation, testing::service()));
  EXPECT_EQ(engine_.schema(), smaller);
}

TEST_F(EngineTest, ARuleThatCannotBeEnforcedKeepsTheOldSchema) {
  const auto refused = engine_.set_schema(testing::make_schema(R"(
datasource db { provider = "sqlite" }
type Team { level Int }
type Caller { id Int  teams Team[]  @@auth }
model A { id Int @id  @@allow('read', auth().teams?[level == 1]) }
)"));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("list of auth()"), std::string::npos);
  EXPECT_EQ(engine_.schema(), schema_);
}

TEST_F(EngineTest, TellsWhatACallerMayDo) {
  const int city = schema_->model_by_name.at("City");
  const ModelAccess anonymous = engine_.model_access(city, testing::anonymous());
  EXPECT_TRUE(anonymous.read);
  EXPECT_FALSE(anonymous.create);
  EXPECT_FALSE(anonymous.update);
  EXPECT_TRUE(engine_.model_access(city, testing::user(R"({"id":1})")).create);
  EXPECT_TRUE(engine_.model_access(city, testing::service()).delete_);
}

TEST_F(EngineTest, RowsAreCapped) {
  Limits limits;
  limits.rows_max = 2;
  Engine capped(schema_, store_, environment_, limits);
  testing::TestOperation rows = operation(
      R"({"create":"Country","rows":[{"code":"a","name":"A"},{"code":"b","name":"B"},{"code":"c","name":"C"}]})");
  ASSERT_TRUE(testing::run(capped, rows.operation, rows.params, testing::service()));
  for (const char* text : {R"({"read":"Country","select":["code"]})",
                           R"({"read":"Country","select":["code"],"limit":9})"}) {
    testing::TestOperation made = operation(text);
    const auto outcome = testing::run(capped, made.operation, made.params, testing::service());
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->rows.batch.rows, 2u);
  }
}

TEST_F(EngineTest, LimitsAreLimits) {
  Limits limits;
  limits.predicate_nodes_max = 5;
  limits.embeds_max = 1;
  limits.list_values_max = 2;
  limits.write_rows_max = 1;
  Engine strict(schema_, store_, environment_, limits);
  const auto code = [&](const std::string& text) {
    testing::TestOperation made = operation(text);
    const auto outcome = testing::run(strict, made.operation, made.params, testing::service());
    return outcome ? ErrorCode::internal : outcome.error().code;
  };
  EXPECT_EQ(code(R"({"read":"City","select":["id"],"where":["and",["eq","id",1],["eq","id",2]]})"),
            ErrorCode::too_complex);
  EXPECT_EQ(
      code(
          R"({"read":"Country","select":["code",{"embed":"cities","select":["id"]},
                {"embed":"languages","select":["code"]}]})"),
      ErrorCode::too_complex);
  EXPECT_EQ(code(R"({"read":"City","select":["id"],"where":["in","id",[1,2,3]]})"),
            ErrorCode::too_complex);
  EXPECT_EQ(code(R"({"create":"Language","rows":[{"code":"a"},{"code":"b"}]})"),
            ErrorCode::too_large);
}

TEST(EngineCheck, RefusesWhatNothingEnforcesYet) {
  const auto schema = testing::make_schema(R"(
datasource db { provider = "sqlite" }
type Place {
  name String
  @@validate(length(name) > 1)
}
model Post {
  id Int @id
  title String @length(1, 80)
  place Place? @json
  seen DateTime @updatedAt(ignore: [title])
  @@validate(id > 0)
}
)");
  const auto diagnostics = Engine::check(*schema, store::memory::MemoryStore(schema).capabilities());
  ASSERT_EQ(diagnostics.size(), 2u);
  EXPECT_EQ(diagnostics[0].message, "@updatedAt(ignore: …) is not enforced yet");
  EXPECT_EQ(diagnostics[1].message, "@@validate in typed JSON is not enforced yet");
}

}  // namespace
}  // namespace trivet::engine
