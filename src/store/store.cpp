#include "store/store.h"

#include <array>
#include <string_view>
#include <utility>

namespace trivet::store {

std::string_view capability_name(Capability capability) {
  switch (capability) {
    case Capability::regex:
      return "regex";
    case Capability::text_search:
      return "text-search";
    case Capability::json_path:
      return "json-path";
    case Capability::json_containment:
      return "json-containment";
    case Capability::lists:
      return "lists";
    case Capability::ranges:
      return "ranges";
    case Capability::aggregates:
      return "aggregates";
    case Capability::transactions:
      return "transactions";
    case Capability::foreign_keys:
      return "foreign-keys";
    case Capability::case_insensitive_like:
      return "case-insensitive-like";
    case Capability::upsert:
      return "upsert";
    case Capability::encryption:
      return "encryption";
    case Capability::plan_text:
      return "plan-text";
    case Capability::given_rows:
      return "given-rows";
    case Capability::row_functions:
      return "row-functions";
  }
  return "unknown";
}

namespace {

using NativeName = std::pair<std::string_view, Type>;

// @db.X names of PostgreSQL and MySQL (dialects/schema.md, section 8).
constexpr auto native_types = std::to_array<NativeName>({
    {"Text", Type::text},
    {"VarChar", Type::varchar},
    {"Char", Type::bpchar},
    {"Citext", Type::citext},
    {"Uuid", Type::uuid},
    {"Inet", Type::other_text},
    {"Xml", Type::other_text},
    {"Bit", Type::other_text},
    {"VarBit", Type::other_text},
    {"SmallInt", Type::int2},
    {"TinyInt", Type::int2},
    {"Integer", Type::int4},
    {"Int", Type::int4},
    {"MediumInt", Type::int4},
    {"BigInt", Type::int8},
    {"Oid", Type::int8},
    {"Real", Type::float4},
    {"Float", Type::float4},
    {"DoublePrecision", Type::float8},
    {"Double", Type::float8},
    {"Decimal", Type::numeric},
    {"Money", Type::numeric},
    {"Timestamp", Type::timestamp},
    {"Timestamptz", Type::timestamptz},
    {"DateTime", Type::timestamp},
    {"Date", Type::date},
    {"Time", Type::time},
    {"Timetz", Type::timetz},
    {"Json", Type::json},
    {"JsonB", Type::jsonb},
    {"ByteA", Type::bytea},
});

Type default_type(schema::ScalarType type) {
  using schema::ScalarType;
  switch (type) {
    case ScalarType::string:
      return Type::text;
    case ScalarType::boolean:
      return Type::boolean;
    case ScalarType::int_:
      return Type::int4;
    case ScalarType::bigint:
      return Type::int8;
    case ScalarType::float_:
      return Type::float8;
    case ScalarType::decimal:
      return Type::numeric;
    case ScalarType::datetime:
      return Type::timestamp;
    case ScalarType::json:
    case ScalarType::composite:
      return Type::jsonb;
    case ScalarType::bytes:
      return Type::bytea;
    case ScalarType::enum_:
      return Type::enum_;
    case ScalarType::unsupported:
      return Type::other_text;
  }
  return Type::unknown;
}

}  // namespace

Type field_type(const schema::Field& field) {
  using schema::ScalarType;
  const Type plain = default_type(field.type);
  if (field.native.name.empty()) return plain;
  // MySQL: Boolean @db.TinyInt and DateTime @db.Date keep or change the type by the scalar, not by
  // the name alone.
  if (field.type == ScalarType::boolean || field.type == ScalarType::bytes) return plain;
  for (const auto& [name, type] : native_types)
    if (name == field.native.name) return type;
  return plain;
}

}  // namespace trivet::store
