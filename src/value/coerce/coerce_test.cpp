#include "value/coerce.h"

#include <gtest/gtest.h>

#include "value/text_format.h"
#include "value/zone.h"

namespace trivet {
namespace {

const std::vector<std::string> moods = {"sad", "ok"};

CoerceContext plain_context() {
  CoerceContext context;
  context.enum_labels = moods;
  context.enum_name = "mood";
  return context;
}

// The value's text form, or code and message of the error.
std::string outcome(const result<Value>& value, Type type, const CoerceContext& context) {
  if (!value)
    return std::string(error_code_info(value.error().code).text) + " " + value.error().message;
  std::string out;
  append_text_value(out, *value, type, FormatOptions{context.zone});
  return value->is_null() ? "NULL" : out;
}

std::string read(std::string_view literal, Type type,
                 const CoerceContext& context = plain_context()) {
  Arena arena;
  return outcome(coerce_text(literal, type, context, arena), type, context);
}

std::string read_list(std::string_view literal, Type type) {
  Arena arena;
  return outcome(coerce_text_list(literal, type, plain_context(), arena), type, plain_context());
}

struct Case {
  Type type;
  std::string_view literal;
  std::string_view expected;
};

// Expectations are PostgreSQL 15's own answers.
constexpr Case cases[] = {
    {Type::boolean, "t", "t"},
    {Type::boolean, "tr", "t"},
    {Type::boolean, " TRUE ", "t"},
    {Type::boolean, "yes", "t"},
    {Type::boolean, "on", "t"},
    {Type::boolean, "1", "t"},
    {Type::boolean, "of", "f"},
    {Type::boolean, "n", "f"},
    {Type::boolean, "0", "f"},
    {Type::boolean, "o", "22P02 invalid input syntax for type boolean: \"o\""},
    {Type::boolean, "2", "22P02 invalid input syntax for type boolean: \"2\""},
    {Type::boolean, "", "22P02 invalid input syntax for type boolean: \"\""},
    {Type::int4, " 12 ", "12"},
    {Type::int4, "+5", "5"},
    {Type::int4, "-0", "0"},
    {Type::int4, "-2147483648", "-2147483648"},
    {Type::int4, "abc", "22P02 invalid input syntax for type integer: \"abc\""},
    {Type::int4, "", "22P02 invalid input syntax for type integer: \"\""},
    {Type::int4, "1.0", "22P02 invalid input syntax for type integer: \"1.0\""},
    {Type::int4, "- 5", "22P02 invalid input syntax for type integer: \"- 5\""},
    {Type::int4, "+-5", "22P02 invalid input syntax for type integer: \"+-5\""},
    {Type::int4, "0x1F", "22P02 invalid input syntax for type integer: \"0x1F\""},
    {Type::int4, "99999999999", "22003 value \"99999999999\" is out of range for type integer"},
    {Type::int4, "2147483648.5", "22003 value \"2147483648.5\" is out of range for type integer"},
    {Type::int4, "2147483648", "22003 value \"2147483648\" is out of range for type integer"},
    {Type::int2, "40000", "22003 value \"40000\" is out of range for type smallint"},
    {Type::int8, "9223372036854775807", "9223372036854775807"},
    {Type::int8, "9223372036854775808",
     "22003 value \"9223372036854775808\" is out of range for type bigint"},
    {Type::int8, "1e400", "22P02 invalid input syntax for type bigint: \"1e400\""},
    {Type::float8, " 1.5 ", "1.5"},
    {Type::float8, ".5", "0.5"},
    {Type::float8, "5.", "5"},
    {Type::float8, "+1", "1"},
    {Type::float8, "1e3", "1000"},
    {Type::float8, "nan", "NaN"},
    {Type::float8, "-Infinity", "-Infinity"},
    {Type::float8, "inf", "Infinity"},
    {Type::float8, "abc", "22P02 invalid input syntax for type double precision: \"abc\""},
    {Type::float8, "", "22P02 invalid input syntax for type double precision: \"\""},
    {Type::float8, "1e400", "22003 \"1e400\" is out of range for type double precision"},
    {Type::float8, "1e-400", "22003 \"1e-400\" is out of range for type double precision"},
    {Type::float4, "1e39", "22003 \"1e39\" is out of range for type real"},
    {Type::float4, "0.1", "0.1"},
    {Type::numeric, "+1.50", "1.50"},
    {Type::numeric, "-0.0", "0.0"},
    {Type::numeric, "00012.30", "12.30"},
    {Type::numeric, "1e-3", "0.001"},
    {Type::numeric, "1.50e1", "15.0"},
    {Type::numeric, " .5 ", "0.5"},
    {Type::numeric, "5.", "5"},
    {Type::numeric, "123456789012345678901234567890.5", "123456789012345678901234567890.5"},
    {Type::numeric, "nan", "NaN"},
    {Type::numeric, "-inf", "-Infinity"},
    {Type::numeric, "abc", "22P02 invalid input syntax for type numeric: \"abc\""},
    {Type::numeric, "1e", "22P02 invalid input syntax for type numeric: \"1e\""},
    {Type::numeric, "1e200000", "22003 value overflows numeric format"},
    {Type::numeric, "1e-20000", "22003 value overflows numeric format"},
    {Type::text, " a b ", " a b "},
    {Type::unknown, "x", "x"},
    {Type::uuid, "{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {Type::uuid, "a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {Type::uuid, "x", "22P02 invalid input syntax for type uuid: \"x\""},
    {Type::uuid, " a0eebc999c0b4ef8bb6d6bb9bd380a11",
     "22P02 invalid input syntax for type uuid: \" a0eebc999c0b4ef8bb6d6bb9bd380a11\""},
    {Type::uuid, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-",
     "22P02 invalid input syntax for type uuid: \"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-\""},
    {Type::bytea, "\\x ab CD", "\\xabcd"},
    {Type::bytea, "\\x", "\\x"},
    {Type::bytea, "a\\\\b\\001", "\\x615c6201"},
    {Type::bytea, "a\\b", "22P02 invalid input syntax for type bytea"},
    {Type::bytea, "\\xzz", "22023 invalid hexadecimal digit: \"z\""},
    {Type::bytea, "\\xabc", "22023 invalid hexadecimal data: odd number of digits"},
    {Type::json, "{\"a\" : 1, \"a\":2}", "{\"a\" : 1, \"a\":2}"},
    {Type::jsonb, "{\"b\":1,\"a\" : [1,2]}", "{\"a\": [1, 2], \"b\": 1}"},
    {Type::json, "{bad", "22P02 invalid input syntax for type json"},
    {Type::jsonb, "", "22P02 invalid input syntax for type json"},
    {Type::json, "\"\\u0000\"", "\"\\u0000\""},
    {Type::jsonb, "\"\\u0000\"", "22P05 unsupported Unicode escape sequence"},
    {Type::enum_, "ok", "ok"},
    {Type::enum_, "q", "22P02 invalid input value for enum mood: \"q\""},
    {Type::enum_, " ok", "22P02 invalid input value for enum mood: \" ok\""},
};

TEST(CoerceTest, ReadsLiteralsAsPostgresql) {
  for (const Case& c : cases)
    EXPECT_EQ(read(c.literal, c.type), c.expected) << type_display_name(c.type) << " " << c.literal;
  EXPECT_EQ(read(std::string_view("a\0b", 3), Type::text),
            "22021 invalid byte sequence for encoding \"UTF8\": 0x00");
}

TEST(CoerceTest, AppliesLengthsAndPrecisions) {
  CoerceContext context = plain_context();
  context.length = 2;
  EXPECT_EQ(read("ab", Type::varchar, context), "ab");
  EXPECT_EQ(read("éé", Type::varchar, context), "éé");
  EXPECT_EQ(read("ab   ", Type::varchar, context), "ab");
  EXPECT_EQ(read("abc", Type::varchar, context),
            "22001 value too long for type character varying(2)");
  EXPECT_EQ(read("a", Type::bpchar, context), "a ");
  EXPECT_EQ(read("abc", Type::bpchar, context), "22001 value too long for type character(2)");
  context.precision = 5;
  context.scale = 2;
  EXPECT_EQ(read("123.456", Type::numeric, context), "123.46");
  EXPECT_EQ(read("-0.005", Type::numeric, context), "-0.01");
  EXPECT_EQ(read("-0.004", Type::numeric, context), "0.00");
  EXPECT_EQ(read("7", Type::numeric, context), "7.00");
  EXPECT_EQ(read("NaN", Type::numeric, context), "NaN");
  EXPECT_EQ(read("999.995", Type::numeric, context), "22003 numeric field overflow");
  EXPECT_EQ(read("Infinity", Type::numeric, context), "22003 numeric field overflow");
  Arena arena;
  EXPECT_EQ(coerce_text("99999", Type::numeric, context, arena).error().details,
            "A field with precision 5, scale 2 must round to an absolute value less than 10^3.");
}

TEST(CoerceTest, ReadsArrayLiterals) {
  EXPECT_EQ(read_list(R"({a,"b c",NULL, null ,"NULL", x y ,""})", Type::text),
            R"({a,"b c",NULL,NULL,"NULL","x y",""})");
  EXPECT_EQ(read_list(R"({a\,b,"\""})", Type::text), R"({"a,b","\""})");
  EXPECT_EQ(read_list(" { } ", Type::text), "{}");
  EXPECT_EQ(read_list("{1, 2,3}", Type::int4), "{1,2,3}");
  EXPECT_EQ(read_list("{1,x}", Type::int4), "22P02 invalid input syntax for type integer: \"x\"");
  struct Malformed {
    std::string_view literal;
    std::string_view details;
  };
  for (const Malformed& c : std::initializer_list<Malformed>{
           {"{a,b", "Unexpected end of input."},
           {"a,b", "Array value must start with \"{\" or dimension information."},
           {"", "Array value must start with \"{\" or dimension information."},
           {"{a,,b}", "Unexpected \",\" character."},
           {"{a,}", "Unexpected \"}\" character."},
           {"{a}}", "Junk after closing right brace."},
           {"{\"a\"b}", "Unexpected array element."},
           {"{a\"b\"}", "Unexpected array element."},
           {"{\"a", "Unexpected end of input."},
           {"{\"a\\", "Unexpected end of input."},
           {"{a\\", "Unexpected end of input."},
           {"{{a},{b}}", "Only arrays of one dimension are supported."}}) {
    Arena arena;
    const auto parsed = parse_array_literal(c.literal, Type::text, plain_context(), arena);
    ASSERT_FALSE(parsed) << c.literal;
    EXPECT_EQ(parsed.error().message,
              "malformed array literal: \"" + std::string(c.literal) + "\"");
    EXPECT_EQ(parsed.error().details, c.details) << c.literal;
  }
}

TEST(CoerceTest, ReadsJsonBodies) {
  for (const Case& c : std::initializer_list<Case>{
           {Type::int4, "5", "5"},
           {Type::int4, "\"5\"", "5"},
           {Type::int4, "1.0", "22P02 invalid input syntax for type integer: \"1.0\""},
           {Type::int4, "true", "22P02 invalid input syntax for type integer: \"true\""},
           {Type::int4, "[1,2]", "22P02 invalid input syntax for type integer: \"[1,2]\""},
           {Type::int4, "null", "NULL"},
           {Type::int8, "123456789012345678901",
            "22003 value \"123456789012345678901\" is out of range for type bigint"},
           {Type::numeric, "123456789012345678901234567890", "123456789012345678901234567890"},
           {Type::text, "5", "5"},
           {Type::text, "true", "true"},
           {Type::text, "\"a\\nb\"", "a\nb"},
           {Type::text, "{\"b\" : 1}", "{\"b\" : 1}"},
           {Type::text, "\"\\u0000\"", "22021 invalid byte sequence for encoding \"UTF8\": 0x00"},
           {Type::boolean, "true", "t"},
           {Type::boolean, "\"on\"", "t"},
           {Type::json, "\"abc\"", "\"abc\""},
           {Type::json, "null", "NULL"},
           {Type::jsonb, "[1,2]", "[1, 2]"},
           {Type::bytea, "\"\\\\xdead\"", "\\xdead"},
           {Type::timestamptz, "\"2024-01-02T03:04:05.678Z\"", "2024-01-02 03:04:05.678+00"}}) {
    Arena arena;
    const CoerceContext context = plain_context();
    EXPECT_EQ(
        outcome(coerce_json(*parse_json(c.literal, 64), c.type, context, arena), c.type, context),
        c.expected)
        << c.literal;
  }
}

TEST(CoerceTest, ReadsJsonLists) {
  for (const Case& c : std::initializer_list<Case>{
           {Type::int4, "[1,\"2\",null]", "{1,2,NULL}"},
           {Type::int4, "[]", "{}"},
           {Type::int4, "\"{1,2}\"", "{1,2}"},
           {Type::int4, "null", "NULL"},
           {Type::int4, "5", "22P02 expected JSON array"},
           {Type::int4, "[[1]]", "22P02 invalid input syntax for type integer: \"[1]\""},
           {Type::text, "[\"a,b\",{\"c\":1}]", R"({"a,b","{\"c\":1}"})"}}) {
    Arena arena;
    const CoerceContext context = plain_context();
    EXPECT_EQ(outcome(coerce_json_list(*parse_json(c.literal, 64), c.type, context, arena), c.type,
                      context),
              c.expected)
        << c.literal;
  }
}

TEST(CoerceTest, LimitsListsAndDepth) {
  CoerceContext context = plain_context();
  context.list_values_max = 3;
  context.json_depth_max = 3;
  Arena arena;
  EXPECT_TRUE(coerce_text_list("{1,2,3}", Type::int4, context, arena));
  EXPECT_EQ(coerce_text_list("{1,2,3,4}", Type::int4, context, arena).error().code,
            ErrorCode::too_complex);
  EXPECT_TRUE(coerce_json_list(*parse_json("[1,2,3]", 64), Type::int4, context, arena));
  EXPECT_EQ(coerce_json_list(*parse_json("[1,2,3,4]", 64), Type::int4, context, arena).error().code,
            ErrorCode::too_complex);
  EXPECT_TRUE(coerce_text("[[[1]]]", Type::json, context, arena));
  EXPECT_EQ(coerce_text("[[[[1]]]]", Type::json, context, arena).error().code,
            ErrorCode::too_complex);
}

TEST(CoerceTest, Casts) {
  struct Cast {
    Value value;
    Type from;
    Type to;
    std::string_view expected;
  };
  for (const Cast& c : std::initializer_list<Cast>{
           {Value::numeric("1.5"), Type::numeric, Type::int4, "2"},
           {Value::numeric("2.5"), Type::numeric, Type::int4, "3"},
           {Value::numeric("-2.5"), Type::numeric, Type::int4, "-3"},
           {Value::floating(2.5), Type::float8, Type::int4, "2"},
           {Value::floating(1e20), Type::float8, Type::int8, "22003 bigint out of range"},
           {Value::numeric("10000000000"), Type::numeric, Type::int4, "22003 integer out of range"},
           {Value::floating(0), Type::float8, Type::text, "0"},
           {Value::integer(7), Type::int4, Type::text, "7"},
           {Value::integer(0), Type::int4, Type::boolean, "f"},
           {Value::boolean(true), Type::boolean, Type::text, "true"},
           {Value::boolean(true), Type::boolean, Type::int4, "1"},
           {Value::text("12"), Type::text, Type::int4, "12"},
           {Value::text("x"), Type::text, Type::int4,
            "22P02 invalid input syntax for type integer: \"x\""},
           {Value::timestamp(1'706'704'496'500'000), Type::timestamp, Type::date, "2024-01-31"},
           {Value::timestamp(1'706'704'496'500'000), Type::timestamp, Type::time, "12:34:56.5"},
           {Value::timestamp(-1), Type::timestamp, Type::date, "1969-12-31"},
           {Value::date(19'753), Type::date, Type::timestamptz, "2024-01-31 00:00:00+00"},
           {Value::json("{\"a\":1}"), Type::json, Type::jsonb, "{\"a\": 1}"},
           {Value::null(), Type::text, Type::int4, "NULL"},
           {Value::floating(0.1), Type::float8, Type::numeric, "0.1"},
           {Value::integer(3), Type::int4, Type::numeric, "3"}}) {
    Arena arena;
    EXPECT_EQ(
        outcome(cast_value(c.value, c.from, c.to, plain_context(), arena), c.to, plain_context()),
        c.expected);
  }
  EXPECT_EQ(parse_type_name("INT4"), Type::int4);
  EXPECT_EQ(parse_type_name("double precision"), Type::float8);
  EXPECT_EQ(parse_type_name("money"), std::nullopt);
}

}  // namespace
}  // namespace trivet
