#include "value/type.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "base/error.h"
#include "base/unicode.h"

namespace trivet {
namespace {

struct CastName {
  std::string_view name;
  Type type;
};

// rest.md section 17's whitelist, with the longer spellings that PostgreSQL knows for them.
constexpr CastName cast_names[] = {
    {"text", Type::text},
    {"varchar", Type::varchar},
    {"character varying", Type::varchar},
    {"bpchar", Type::bpchar},
    {"citext", Type::citext},
    {"int2", Type::int2},
    {"smallint", Type::int2},
    {"int4", Type::int4},
    {"int", Type::int4},
    {"integer", Type::int4},
    {"int8", Type::int8},
    {"bigint", Type::int8},
    {"numeric", Type::numeric},
    {"decimal", Type::numeric},
    {"float4", Type::float4},
    {"real", Type::float4},
    {"float8", Type::float8},
    {"float", Type::float8},
    {"double precision", Type::float8},
    {"bool", Type::boolean},
    {"boolean", Type::boolean},
    {"date", Type::date},
    {"time", Type::time},
    {"time without time zone", Type::time},
    {"timetz", Type::timetz},
    {"time with time zone", Type::timetz},
    {"timestamp", Type::timestamp},
    {"timestamp without time zone", Type::timestamp},
    {"timestamptz", Type::timestamptz},
    {"timestamp with time zone", Type::timestamptz},
    {"uuid", Type::uuid},
    {"json", Type::json},
    {"jsonb", Type::jsonb},
    {"bytea", Type::bytea},
};

}  // namespace

std::string_view type_display_name(Type type) {
  switch (type) {
    case Type::unknown:
      return "unknown";
    case Type::boolean:
      return "boolean";
    case Type::int2:
      return "smallint";
    case Type::int4:
      return "integer";
    case Type::int8:
      return "bigint";
    case Type::float4:
      return "real";
    case Type::float8:
      return "double precision";
    case Type::numeric:
      return "numeric";
    case Type::text:
      return "text";
    case Type::varchar:
      return "character varying";
    case Type::bpchar:
      return "character";
    case Type::citext:
      return "citext";
    case Type::bytea:
      return "bytea";
    case Type::json:
      return "json";
    case Type::jsonb:
      return "jsonb";
    case Type::timestamp:
      return "timestamp without time zone";
    case Type::timestamptz:
      return "timestamp with time zone";
    case Type::date:
      return "date";
    case Type::time:
      return "time without time zone";
    case Type::timetz:
      return "time with time zone";
    case Type::uuid:
      return "uuid";
    case Type::enum_:
      return "enum";
    case Type::other_text:
      return "text";
  }
  TRIVET_ASSERT(!"no such type");
}

std::optional<Type> parse_type_name(std::string_view name) {
  // PostgreSQL folds unquoted type names; PostgREST passes them on unquoted.
  const std::string folded = lower_ascii(trim_space(name));
  const auto* found = std::ranges::find(cast_names, folded, &CastName::name);
  if (found == std::end(cast_names)) return std::nullopt;
  return found->type;
}

}  // namespace trivet
