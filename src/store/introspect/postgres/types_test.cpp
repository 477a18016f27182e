#include "store/introspect/postgres/types.h"

#include <gtest/gtest.h>

#include "store/introspect/postgres/catalog.h"

namespace trivet::store::introspect {
namespace {

using schema::DefaultKind;
using schema::ScalarType;

LiveDefault read(ScalarType type, const std::string& expression, bool is_list = false) {
  LiveColumn column;
  column.type = type;
  column.is_list = is_list;
  return postgres_default(column, expression);
}

TEST(PostgresDefault, Constants) {
  EXPECT_EQ(read(ScalarType::string, "'it''s'::text").text, "it's");
  EXPECT_EQ(read(ScalarType::string, "'x'::character varying(20)").text, "x");
  EXPECT_EQ(read(ScalarType::string, "''::text").kind, DefaultKind::literal);
  EXPECT_EQ(read(ScalarType::int_, "5").text, "5");
  EXPECT_EQ(read(ScalarType::int_, "'-1'::integer").text, "-1");
  EXPECT_EQ(read(ScalarType::int_, "(-1)").text, "-1");
  EXPECT_EQ(read(ScalarType::decimal, "2.50").text, "2.50");
  EXPECT_EQ(read(ScalarType::boolean, "false").text, "false");
  EXPECT_EQ(read(ScalarType::enum_, "'admin'::public.\"Role of (x)\"").text, "admin");
  EXPECT_EQ(read(ScalarType::json, "'{\"a\": 1}'::jsonb").text, "{\"a\": 1}");
  EXPECT_EQ(read(ScalarType::bytes, "'\\x6869'::bytea").text, "aGk=");
}

TEST(PostgresDefault, Expressions) {
  for (const char* expression :
       {"gen_random_uuid()", "('a'::text || 'b'::text)", "'a'::text || 'b'::text",
        "E'a\\\\b'::text", "lower('A'::text)", "CURRENT_USER", "'unclosed", "1 + 2", "(1 + 2)",
        "'a'::text COLLATE \"C\" || x"})
    EXPECT_EQ(read(ScalarType::string, expression).kind, DefaultKind::dbgenerated) << expression;
  EXPECT_EQ(read(ScalarType::datetime, "'2024-01-01'::date").kind, DefaultKind::dbgenerated);
  EXPECT_EQ(read(ScalarType::datetime, "now()").kind, DefaultKind::now);
  EXPECT_EQ(read(ScalarType::datetime, "CURRENT_TIMESTAMP").kind, DefaultKind::now);
  EXPECT_EQ(read(ScalarType::int_, "nextval('public.t_id_seq'::regclass)").kind,
            DefaultKind::autoincrement);
  EXPECT_EQ(read(ScalarType::int_, "").kind, DefaultKind::none);
}

TEST(PostgresDefault, Lists) {
  EXPECT_EQ(read(ScalarType::string, "ARRAY['a'::text, 'it''s, ]'::text]", true).items,
            (std::vector<std::string>{"a", "it's, ]"}));
  EXPECT_EQ(read(ScalarType::int_, "ARRAY[1, '-2'::integer]", true).items,
            (std::vector<std::string>{"1", "-2"}));
  EXPECT_EQ(read(ScalarType::string, "'{}'::text[]", true).kind, DefaultKind::list);
  EXPECT_EQ(read(ScalarType::string, "'{a,b}'::text[]", true).kind, DefaultKind::dbgenerated);
  EXPECT_EQ(read(ScalarType::string, "ARRAY[lower('A')]", true).kind, DefaultKind::dbgenerated);
  EXPECT_EQ(read(ScalarType::string, "ARRAY['a'::text", true).kind, DefaultKind::dbgenerated);
}

TEST(PostgresType, NativeTypes) {
  const auto native = [](const std::string& name, int modifier) {
    LiveColumn column;
    set_postgres_type({name, "b", name, modifier, false}, column);
    return column.native;
  };
  EXPECT_EQ(native("varchar", 24), "VarChar(20)");
  EXPECT_EQ(native("varchar", -1), "VarChar");
  EXPECT_EQ(native("bit", 4), "Bit(4)");
  EXPECT_EQ(native("numeric", ((10 << 16) | 2) + 4), "Decimal(10, 2)");
  EXPECT_EQ(native("numeric", ((65 << 16) | 30) + 4), "");
  EXPECT_EQ(native("numeric", -1), "Decimal");
  EXPECT_EQ(native("timestamp", 3), "");
  EXPECT_EQ(native("timestamp", -1), "Timestamp(6)");
  EXPECT_EQ(native("text", -1), "");
  LiveColumn circle;
  set_postgres_type({"circle", "b", "circle", -1, true}, circle);
  EXPECT_EQ(circle.raw_type, "circle[]");
  EXPECT_FALSE(circle.is_list);
}

TEST(PostgresUrl, PrismasSettingsAreTakenOut) {
  const PostgresUrl split =
      split_url("postgresql://u:p@h/d?schema=my%20one&sslmode=require&connection_limit=5");
  EXPECT_EQ(split.url, "postgresql://u:p@h/d?sslmode=require");
  EXPECT_EQ(split.schema, "my one");
  EXPECT_EQ(split_url("postgresql://h/d").url, "postgresql://h/d");
  EXPECT_EQ(split_url("postgresql://h/d?schema=").schema, "public");
}

}  // namespace
}  // namespace trivet::store::introspect
