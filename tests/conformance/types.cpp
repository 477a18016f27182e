#include "types.h"

#include <limits>

namespace trivet::conformance {
namespace {

Value text(std::string_view value) { return Value::text(value); }
Value decimal(std::string_view value) { return Value::numeric(value); }
Value json(std::string_view value) { return Value::json(value); }
Value bytes(std::string_view value) { return Value::bytes(value); }

constexpr int64_t second = 1'000'000;
constexpr int64_t day = 86'400 * second;

std::vector<Value> texts() {
  return {text(""),   text(" "),      text("a"),        text("A"),          text("b"),       text("ä"),
          text("Ä"),  text("a\u0308"), text("ß"),       text("ss"),         text("İstanbul"), text("i"),
          text("🦉"), text("\uffff"), text("100%"),     text("100_"),       text("back\\slash"), text("quote'\""),
          text("\n"), text("\u0001"), text("null"),     text("日本語"),     text("Straße"),  text("STRASSE"),
          text("e\u0301te"), text("\u200b"), text("10"), text("9")};
}

std::vector<Value> moments() {
  return {Value::timestamp(0),
          Value::timestamp(-1000),
          Value::timestamp(1'709'251'199 * second + 999'000),  // 2024-02-29T23:59:59.999Z
          Value::timestamp(1'711'846'800 * second),            // the hour that Europe skips
          Value::timestamp(1'698'541'200 * second),            // and the one that it has twice
          Value::timestamp(-62'135'596'800 * second),          // 0001-01-01
          Value::timestamp(253'402'300'799 * second + 999'000),
          Value::timestamp(946'684'800 * second),
          Value::timestamp(-day)};
}

}  // namespace

const std::vector<TypeCase>& types() {
  using Float = std::numeric_limits<double>;
  static const Value list_values[] = {Value::integer(1), Value::integer(-1), Value::null()};
  static const std::vector<TypeCase> all = {
      {"Boolean", "Boolean?", Type::boolean, {Value::boolean(false), Value::boolean(true)}},
      {"Int", "Int?", Type::int4,
       {Value::integer(0), Value::integer(1), Value::integer(-1), Value::integer(INT32_MAX), Value::integer(INT32_MIN)},
       true},
      {"BigInt", "BigInt?", Type::int8,
       {Value::integer(0), Value::integer(9'007'199'254'740'993), Value::integer(INT64_MAX), Value::integer(INT64_MIN)},
       true},
      {"Float", "Float?", Type::float8,
       {Value::floating(0), Value::floating(0.1), Value::floating(-1.5), Value::floating(Float::max()),
        Value::floating(Float::lowest()), Value::floating(Float::min()), Value::floating(Float::epsilon()),
        Value::floating(1e15), Value::floating(123456789.125)},
       true},
      {"Decimal", "Decimal?", Type::numeric,
       {decimal("0"), decimal("0.1"), decimal("-0.1"), decimal("1.5"), decimal("10"), decimal("9"),
        decimal("123456789012345678901234567890.123456789012345678901234567891"),
        decimal("-123456789012345678901234567890"), decimal("0.000000000000000000000000000001")},
       true},
      {"String", "String?", Type::text, texts()},
      {"DateTime", "DateTime?", Type::timestamp, moments()},
      {"Json", "Json?", Type::jsonb,
       {json("null"), json("true"), json("0"), json("1.50"), json("\"\""), json("\"a\""), json("\"ä🦉\""), json("[]"),
        json("[1, \"a\", null]"), json("{}"), json("{\"a\": 1}"), json("{\"a\": {\"b\": [1, 2]}}"),
        json("{\"a\": \"1\", \"ü\": null}"), json("123456789012345678901234567890")},
       false, false},
      {"Bytes", "Bytes?", Type::bytea,
       {bytes(""), bytes(std::string_view("\0", 1)), bytes("a"), bytes("\xff"), bytes(std::string_view("\0\xff\n", 3))}},
      {"Enum", "Mood?", Type::enum_, {text("SAD"), text("OK"), text("very happy")}},
      {"List", "Int[]", Type::int4,
       {Value::list({}), Value::list({list_values, 1}), Value::list({list_values, 2})}, false, false, true},
  };
  return all;
}

std::string schema_text(const std::string& provider, bool has_lists) {
  std::string out = "datasource db { provider = \"" + provider + "\" }\n" +
                    "enum Mood { SAD OK HAPPY @map(\"very happy\") }\n";
  for (const TypeCase& type : types()) {
    if (type.is_list && !has_lists) continue;
    // The default decimals of PostgreSQL have 30 places; without limits they keep what they are given.
    const bool unlimited = type.type == Type::numeric && provider == "postgresql";
    out += "model T" + type.name + " {\n  id Int @id\n  v " + type.declaration + (unlimited ? " @db.Decimal\n" : "\n") + "}\n";
  }
  return out + R"(
model Parent {
  id Int @id
  name String @unique
  strict Child[] @relation("strict")
  cascading Child[] @relation("cascading")
  emptied Child[] @relation("emptied")
  tags Tag[]
}
model Child {
  id Int @id
  a Int
  b String
  strictId Int?
  cascadingId Int?
  emptiedId Int?
  strict Parent? @relation("strict", fields: [strictId], references: [id], onDelete: Restrict)
  cascading Parent? @relation("cascading", fields: [cascadingId], references: [id], onDelete: Cascade)
  emptied Parent? @relation("emptied", fields: [emptiedId], references: [id], onDelete: SetNull)
  @@unique([a, b])
}
model Tag {
  label String @id
  parents Parent[]
}
)";
}

}  // namespace trivet::conformance
