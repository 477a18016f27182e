#include "store/postgres/calls/render.h"

#include <gtest/gtest.h>

namespace trivet::store::postgres {
namespace {

const Procedure procedure{.schema = "public",
                          .name = "odd\"name",
                          .arguments = {{.name = "a", .type = "integer"},
                                        {.name = "v", .type = "text[]", .is_variadic = true}},
                          .volatility = Volatility::stable,
                          .shape = ResultShape::rows,
                          .columns = {{"id", "integer"}, {"data", "jsonb"}}};

Call call_of() {
  Call call;
  call.procedure = &procedure;
  call.given = {"a", "v"};
  call.arguments = R"({"a":1,"v":["x"]})";
  return call;
}

CallCondition equals(std::string column, std::string value) {
  CallCondition filter;
  filter.kind = CallCondition::Kind::filter;
  filter.column.name = std::move(column);
  filter.value = std::move(value);
  return filter;
}

TEST(RenderCall, NamesAreQuotedAndValuesAreParameters) {
  Call call = call_of();
  call.where.children.push_back(equals("id", "1' OR '1'='1"));
  call.outputs = {{.column = {.name = "id", .path = {}}, .key = "a\"b", .cast = {}}};
  const CallText text = render_call(call).value();
  EXPECT_NE(text.sql.find(R"("public"."odd""name"("a" := pgrst_args."a", VARIADIC "v" := pgrst_args."v"))"),
            std::string::npos)
      << text.sql;
  EXPECT_NE(text.sql.find(R"(AS "a""b")"), std::string::npos) << text.sql;
  EXPECT_EQ(text.sql.find("OR '1'"), std::string::npos) << text.sql;
  EXPECT_EQ(text.values, (std::vector<std::string>{call.arguments, "1' OR '1'='1"}));
}

TEST(RenderCall, RefusesUnknownColumnsAndZeroBytes) {
  Call call = call_of();
  call.where.children.push_back(equals("nix", "1"));
  EXPECT_EQ(render_call(call).error().code, ErrorCode::undefined_column);
  call.where.children = {equals("id", std::string("a\0b", 3))};
  EXPECT_EQ(render_call(call).error().code, ErrorCode::bad_character);
}

}  // namespace
}  // namespace trivet::store::postgres
