#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "app/move/crew.h"
#include "app/move/page.h"
#include "app/move/schema_pair.h"
#include "app/move/table.h"

namespace trivet::app {
namespace {

using schema::Provider;

schema::CheckResult check(const std::string& provider, const std::string& models) {
  return schema::check_schema(
      {{"schema.zmodel", "datasource db {\n  provider = \"" + provider + "\"\n}\n" + models}});
}

std::string form(Value value, Type type) {
  std::string out;
  append_form(out, value, type);
  return out;
}

TEST(SchemaPair, LeavesOutNativeTypesOfTheOtherDatabase) {
  const auto written = check("postgresql", "model A {\n  id Int @id\n  s String @db.VarChar(4)\n  u String @db.Uuid @unique\n}\n");
  ASSERT_TRUE(written.ok());
  const auto pair = pair_schemas(written, Provider::postgresql, Provider::sqlite);
  ASSERT_TRUE(pair);
  ASSERT_NE(pair->target, nullptr);
  EXPECT_EQ(pair->source, written.schema);
  EXPECT_EQ(pair->target->datasource.provider, Provider::sqlite);
  EXPECT_EQ(pair->target->models[0].fields[1].native.name, "");
  const auto noted = [&](const std::string& place) {
    return std::ranges::any_of(pair->findings, [&](const Finding& finding) {
      return finding.place == place && finding.weight == Weight::note;
    });
  };
  EXPECT_TRUE(noted("A.s"));
  EXPECT_TRUE(noted("A.u"));
  EXPECT_FALSE(noted("A.id"));
}

TEST(SchemaPair, NamesWhatTheTargetCanNotKeep) {
  const auto lists = check("postgresql", "model A {\n  id Int @id\n  words String[]\n}\n");
  const auto pair = pair_schemas(lists, Provider::postgresql, Provider::sqlite);
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->target, nullptr);
  ASSERT_FALSE(pair->findings.empty());
  EXPECT_EQ(pair->findings[0].weight, Weight::stop);
  EXPECT_EQ(pair->findings[0].place, "schema.zmodel:6");
  const auto clocks = check("postgresql", "model A {\n  id Int @id\n  t DateTime @db.Time(3)\n}\n");
  const auto refused = pair_schemas(clocks, Provider::postgresql, Provider::sqlite);
  ASSERT_TRUE(refused);
  EXPECT_TRUE(std::ranges::any_of(refused->findings, [](const Finding& finding) {
    return finding.place == "A.t" && finding.weight == Weight::stop;
  }));
  EXPECT_FALSE(pair_schemas(clocks, Provider::sqlite, Provider::sqlite));
}

TEST(Form, IsEqualForEqualValues) {
  EXPECT_EQ(form(Value::numeric("1.500"), Type::numeric), form(Value::numeric("1.5"), Type::numeric));
  EXPECT_EQ(form(Value::numeric("0.00"), Type::numeric), form(Value::numeric("0"), Type::numeric));
  EXPECT_NE(form(Value::numeric("10"), Type::numeric), form(Value::numeric("1"), Type::numeric));
  EXPECT_EQ(form(Value::floating(-0.0), Type::float8), form(Value::floating(0), Type::float8));
  EXPECT_EQ(form(Value::json("{\"b\":1,\"a\":2}"), Type::jsonb), form(Value::json("{\"a\": 2, \"b\": 1}"), Type::jsonb));
  EXPECT_NE(form(Value::text(""), Type::text), form(Value::null(), Type::text));
  EXPECT_NE(form(Value::text("a"), Type::text), form(Value::bytes("a"), Type::bytea));
  const Value ab[] = {Value::text("a"), Value::text("b")};
  const Value joined[] = {Value::text("ab")};
  EXPECT_NE(form(Value::list(ab), Type::text), form(Value::list(joined), Type::text));
}

TEST(Tables, NeedAKey) {
  const auto written = check("sqlite", "model A {\n  a Int\n  b String @unique\n}\nmodel B {\n  b String? @unique\n  c Int @unique\n}\n");
  ASSERT_TRUE(written.ok());
  const auto pair = pair_schemas(written, Provider::sqlite, Provider::sqlite);
  ASSERT_TRUE(pair);
  const auto tables = tables_of(*pair, Times::keep);
  ASSERT_TRUE(tables);
  EXPECT_EQ((*tables)[0].key, std::vector<size_t>{1});
  EXPECT_EQ((*tables)[1].key, std::vector<size_t>{1});
}

TEST(Crew, DoesAllAndKeepsTheFirstError) {
  std::atomic<int> done = 0;
  Crew crew(3);
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(crew.put([&done]() -> result<void> {
      ++done;
      return {};
    }));
  ASSERT_TRUE(crew.wait());
  EXPECT_EQ(done, 50);
  (void)crew.put([]() -> result<void> { return fail(ErrorCode::io_error, "first"); });
  const result<void> failed = crew.wait();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "first");
  EXPECT_FALSE(crew.put([]() -> result<void> { return {}; }));
}

}  // namespace
}  // namespace trivet::app
