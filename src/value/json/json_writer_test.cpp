#include "value/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "value/json_reader.h"
#include "value/text_format.h"
#include "value/zone.h"

namespace trivet {
namespace {

std::string json(Value value, Type type, const FormatOptions& options = {}) {
  std::string out;
  append_json_value(out, value, type, options);
  return out;
}

std::string text(Value value, Type type, const FormatOptions& options = {}) {
  std::string out;
  append_text_value(out, value, type, options);
  return out;
}

std::string json_string(std::string_view value) {
  std::string out;
  append_json_string(out, value);
  return out;
}

TEST(JsonWriterTest, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(json_string(""), R"("")");
  EXPECT_EQ(json_string("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(json_string("\b\t\n\f\r"), R"("\b\t\n\f\r")");
  EXPECT_EQ(json_string(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(json_string("é€𝄞"), "\"é€𝄞\"");
}

// Every byte at every place of texts around the block sizes, read back.
TEST(JsonWriterTest, EscapesAtEveryPlace) {
  for (size_t size : {1, 7, 8, 9, 15, 16, 17, 31, 33, 40}) {
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 128; ++byte) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        const std::string written = json_string(text);
        const auto parsed = parse_json(written, 1);
        ASSERT_TRUE(parsed) << written;
        ASSERT_TRUE(parsed->as_string().equals(text)) << written;
        const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
        ASSERT_EQ(written.size() == size + 2, plain);
      }
    }
  }
}

TEST(JsonWriterTest, WritesIntegers) {
  for (const auto& [value, expected] : std::initializer_list<std::pair<int64_t, const char*>>{
           {0, "0"},
           {7, "7"},
           {-1, "-1"},
           {10, "10"},
           {99, "99"},
           {100, "100"},
           {-12345, "-12345"},
           {9007199254740993, "9007199254740993"},
           {INT64_MAX, "9223372036854775807"},
           {INT64_MIN, "-9223372036854775808"}}) {
    EXPECT_EQ(json(Value::integer(value), Type::int8), expected);
  }
  uint64_t power = 1;
  for (int digits = 1; digits <= 19; ++digits, power *= 10) {
    std::string low, high;
    append_uint64(low, power);
    append_uint64(high, power * 10 - 1);
    EXPECT_EQ(low, "1" + std::string(static_cast<size_t>(digits - 1), '0'));
    EXPECT_EQ(high, std::to_string(power * 10 - 1));
  }
  std::string most;
  append_uint64(most, UINT64_MAX);
  EXPECT_EQ(most, "18446744073709551615");
}

TEST(JsonWriterTest, WritesFloatsAsPostgresql) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [value, expected] : std::initializer_list<std::pair<double, const char*>>{
           {0, "0"},
           {-0.0, "-0"},
           {1, "1"},
           {0.1, "0.1"},
           {-2.5, "-2.5"},
           {100, "100"},
           {123456.789, "123456.789"},
           {1e14, "100000000000000"},
           {999999999999999, "999999999999999"},
           {1e15, "1e+15"},
           {1.2345678901234568e17, "1.2345678901234568e+17"},
           {0.0001, "0.0001"},
           {0.00012345, "0.00012345"},
           {1e-5, "1e-05"},
           {1.5e-7, "1.5e-07"},
           {1e100, "1e+100"},
           {1.7976931348623157e308, "1.7976931348623157e+308"},
           {5e-324, "5e-324"},
           {1e6, "1000000"},
           {1234567.5, "1234567.5"},
           {infinity, "\"Infinity\""},
           {-infinity, "\"-Infinity\""},
           {std::nan(""), "\"NaN\""}}) {
    EXPECT_EQ(json(Value::floating(value), Type::float8), expected);
  }
  for (const auto& [value, expected] :
       std::initializer_list<std::pair<float, const char*>>{{0.1f, "0.1"},
                                                            {123456.79f, "123456.79"},
                                                            {999999.f, "999999"},
                                                            {1e6f, "1e+06"},
                                                            {1e-5f, "1e-05"},
                                                            {0.0001f, "0.0001"},
                                                            {3.4028235e38f, "3.4028235e+38"},
                                                            {16777216.f, "1.6777216e+07"}}) {
    EXPECT_EQ(json(Value::floating(value), Type::float4), expected);
  }
  FormatOptions digits;
  digits.floats = FloatStyle::digits;
  EXPECT_EQ(json(Value::floating(1e15), Type::float8, digits), "1000000000000000");
  EXPECT_EQ(json(Value::floating(-1.5e-7), Type::float8, digits), "-0.00000015");
  EXPECT_EQ(text(Value::floating(infinity), Type::float8), "Infinity");
}

TEST(JsonWriterTest, WritesEveryKindInBothForms) {
  const Value list[] = {Value::integer(1), Value::null(), Value::integer(3)};
  const Value words[] = {Value::text("a b"), Value::text("null"), Value::text(""),
                         Value::text("q\"\\"), Value::text("x")};
  struct Case {
    Value value;
    Type type;
    std::string_view json;
    std::string_view text;
  };
  for (const Case& c : std::initializer_list<Case>{
           {Value::null(), Type::int4, "null", ""},
           {Value::boolean(true), Type::boolean, "true", "t"},
           {Value::boolean(false), Type::boolean, "false", "f"},
           {Value::numeric("1.50"), Type::numeric, "1.50", "1.50"},
           {Value::numeric("NaN"), Type::numeric, "\"NaN\"", "NaN"},
           {Value::numeric("-Infinity"), Type::numeric, "\"-Infinity\"", "-Infinity"},
           {Value::text("é\n"), Type::text, "\"é\\n\"", "é\n"},
           {Value::bytes(std::string_view("\xde\xad\x00", 3)), Type::bytea, R"("\\xdead00")",
            R"(\xdead00)"},
           {Value::json(R"({"a" : 1})"), Type::json, R"({"a" : 1})", R"({"a" : 1})"},
           {Value::timestamp(1'706'704'496'500'000), Type::timestamp, R"("2024-01-31T12:34:56.5")",
            "2024-01-31 12:34:56.5"},
           {Value::timestamp(1'706'704'496'123'456), Type::timestamptz,
            R"("2024-01-31T12:34:56.123456+00:00")", "2024-01-31 12:34:56.123456+00"},
           {Value::timestamp(0), Type::timestamp, R"("1970-01-01T00:00:00")",
            "1970-01-01 00:00:00"},
           {Value::timestamp(-1), Type::timestamp, R"("1969-12-31T23:59:59.999999")",
            "1969-12-31 23:59:59.999999"},
           {Value::timestamp(INT64_MAX), Type::timestamptz, R"("infinity")", "infinity"},
           {Value::timestamp(INT64_MIN), Type::timestamp, R"("-infinity")", "-infinity"},
           {Value::date(19'753), Type::date, R"("2024-01-31")", "2024-01-31"},
           {Value::date(-735'160), Type::date, R"("0044-03-15 BC")", "0044-03-15 BC"},
           {Value::time(45'296'780'000), Type::time, R"("12:34:56.78")", "12:34:56.78"},
           {Value::time(86'400'000'000), Type::time, R"("24:00:00")", "24:00:00"},
           {Value::time(45'296'000'000), Type::timetz, R"("12:34:56+00")", "12:34:56+00"},
           {Value::list(list), Type::int4, "[1,null,3]", "{1,NULL,3}"},
           {Value::list({}), Type::int4, "[]", "{}"},
           {Value::list(words), Type::text, R"(["a b","null","","q\"\\","x"])",
            R"({"a b","null","","q\"\\",x})"}}) {
    EXPECT_EQ(json(c.value, c.type), c.json);
    EXPECT_EQ(text(c.value, c.type), c.text);
  }
}

TEST(JsonWriterTest, PrintsInTheSessionsZone) {
  const auto berlin = find_zone("europe/berlin");
  const auto kolkata = find_zone("Asia/Kolkata");
  ASSERT_TRUE(berlin && kolkata);
  EXPECT_EQ(berlin->name(), "Europe/Berlin");
  const Value summer = Value::timestamp(1'720'000'000'000'000);
  EXPECT_EQ(json(summer, Type::timestamptz, {berlin.get()}), R"("2024-07-03T11:46:40+02:00")");
  EXPECT_EQ(text(summer, Type::timestamptz, {berlin.get()}), "2024-07-03 11:46:40+02");
  EXPECT_EQ(text(summer, Type::timestamptz, {kolkata.get()}), "2024-07-03 15:16:40+05:30");
  EXPECT_EQ(json(summer, Type::timestamp, {berlin.get()}), R"("2024-07-03T09:46:40")");
  EXPECT_EQ(find_zone("Nowhere/Land"), nullptr);
  EXPECT_EQ(find_zone("GMT+5"), nullptr);
  EXPECT_EQ(find_zone("utc")->name(), "UTC");
}

TEST(TextFormatTest, QuotesCsvFields) {
  for (const auto& [value, expected] :
       std::initializer_list<std::pair<const char*, const char*>>{{"plain", "plain"},
                                                                  {"", "\"\""},
                                                                  {"a,b", "\"a,b\""},
                                                                  {"a b", "\"a b\""},
                                                                  {"a\"b", "\"a\"\"b\""},
                                                                  {"a\\b", "\"a\\\\b\""},
                                                                  {"(x)", "\"(x)\""},
                                                                  {"a\nb", "\"a\nb\""},
                                                                  {"{1,2}", "\"{1,2}\""},
                                                                  {"é", "é"}}) {
    std::string out;
    append_csv_value(out, Value::text(value), Type::text, {});
    EXPECT_EQ(out, expected);
  }
  std::string out;
  append_csv_value(out, Value::null(), Type::text, {});
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace trivet
