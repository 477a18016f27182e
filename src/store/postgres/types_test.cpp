#include "store/postgres/types.h"

#include <gtest/gtest.h>

#include "value/datetime.h"

namespace trivet::store::postgres {
namespace {

TEST(Numeric, GoesThereAndBack) {
  for (const std::string text :
       {"0", "1", "-1", "0.1", "10000", "9999", "10000.0001", "-12345678901234567890.12345", "1.50",
        "0.00", "100000000", "0.0001", "0.00001", "NaN", "Infinity", "-Infinity"}) {
    std::string bytes;
    ASSERT_TRUE(encode_numeric(bytes, text)) << text;
    const auto back = decode_numeric(bytes);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(*back, text);
  }
}

TEST(Numeric, RefusesWhatIsNoNumber) {
  std::string bytes;
  EXPECT_FALSE(encode_numeric(bytes, "1e5"));
  EXPECT_FALSE(encode_numeric(bytes, ""));
  EXPECT_FALSE(decode_numeric("\0\1"));
}

TEST(Value, RefusesAnIntegerThatDoesNotFit) {
  std::string bytes;
  const auto encoded = encode_value(bytes, Value::integer(40'000), Type::int2);
  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error().code, ErrorCode::number_out_of_range);
}

TEST(Value, GoesThereAndBack) {
  Arena arena;
  const auto back = [&](Value value, Type type) {
    std::string bytes;
    EXPECT_TRUE(encode_value(bytes, value, type));
    return *decode_value(bytes, number_of(type), arena);
  };
  EXPECT_TRUE(back(Value::boolean(true), Type::boolean).as_boolean());
  EXPECT_EQ(back(Value::integer(-5), Type::int2).as_integer(), -5);
  EXPECT_EQ(back(Value::integer(-5), Type::int4).as_integer(), -5);
  EXPECT_EQ(back(Value::integer(INT64_MIN), Type::int8).as_integer(), INT64_MIN);
  EXPECT_EQ(back(Value::floating(-0.125), Type::float4).as_floating(), -0.125);
  EXPECT_EQ(back(Value::floating(1e300), Type::float8).as_floating(), 1e300);
  EXPECT_EQ(back(Value::timestamp(-1), Type::timestamp).as_integer(), -1);
  EXPECT_EQ(back(Value::timestamp(timestamp_infinity), Type::timestamptz).as_integer(),
            timestamp_infinity);
  EXPECT_EQ(back(Value::date(-400'000), Type::date).as_integer(), -400'000);
  EXPECT_EQ(back(Value::date(date_minus_infinity), Type::date).as_integer(), date_minus_infinity);
  EXPECT_EQ(back(Value::time(5), Type::time).as_integer(), 5);
  EXPECT_EQ(back(Value::time(7), Type::timetz).as_integer(), 7);
  const std::string uuid = "01020304-0506-0708-090a-0b0c0d0e0fff";
  EXPECT_EQ(back(Value::text(uuid), Type::uuid).as_text(), uuid);
  EXPECT_EQ(back(Value::json("{\"a\": 1}"), Type::jsonb).as_text(), "{\"a\": 1}");
  EXPECT_EQ(back(Value::json("[1]"), Type::json).as_text(), "[1]");
  EXPECT_EQ(back(Value::text("ä"), Type::text).as_text(), "ä");
}

TEST(Value, RefusesDamage) {
  Arena arena;
  EXPECT_FALSE(decode_value("abc", number_int4, arena));
  EXPECT_FALSE(decode_value("abcde", number_int4, arena));
  EXPECT_FALSE(decode_value("abc", number_uuid, arena));
  EXPECT_FALSE(decode_value("\2{}", number_jsonb, arena));
}

}  // namespace
}  // namespace trivet::store::postgres
