#include "store/introspect/postgres/types.h"

#include <algorithm>
#include <array>

namespace trivet::store::introspect {

namespace {

using schema::ScalarType;

enum class Argument : uint8_t { none, length, precision_scale, fraction };

struct TypeEntry {
  std::string_view name;
  ScalarType type;
  std::string_view native;  // empty: the default column type of the scalar
  Argument argument = Argument::none;
};

constexpr std::array<TypeEntry, 25> types = {{
    {"text", ScalarType::string, "", Argument::none},
    {"varchar", ScalarType::string, "VarChar", Argument::length},
    {"bpchar", ScalarType::string, "Char", Argument::length},
    {"citext", ScalarType::string, "Citext", Argument::none},
    {"uuid", ScalarType::string, "Uuid", Argument::none},
    {"inet", ScalarType::string, "Inet", Argument::none},
    {"xml", ScalarType::string, "Xml", Argument::none},
    {"bit", ScalarType::string, "Bit", Argument::length},
    {"varbit", ScalarType::string, "VarBit", Argument::length},
    {"bool", ScalarType::boolean, "", Argument::none},
    {"int4", ScalarType::int_, "", Argument::none},
    {"int2", ScalarType::int_, "SmallInt", Argument::none},
    {"oid", ScalarType::int_, "Oid", Argument::none},
    {"int8", ScalarType::bigint, "", Argument::none},
    {"float8", ScalarType::float_, "", Argument::none},
    {"float4", ScalarType::float_, "Real", Argument::none},
    {"numeric", ScalarType::decimal, "Decimal", Argument::precision_scale},
    {"money", ScalarType::decimal, "Money", Argument::none},
    {"timestamp", ScalarType::datetime, "Timestamp", Argument::fraction},
    {"timestamptz", ScalarType::datetime, "Timestamptz", Argument::fraction},
    {"date", ScalarType::datetime, "Date", Argument::none},
    {"time", ScalarType::datetime, "Time", Argument::fraction},
    {"timetz", ScalarType::datetime, "Timetz", Argument::fraction},
    {"jsonb", ScalarType::json, "", Argument::none},
    {"bytea", ScalarType::bytes, "", Argument::none},
}};

// The modifier as PostgreSQL packs it; empty where there is none.
std::string arguments_of(const TypeEntry& entry, int modifier) {
  switch (entry.argument) {
    case Argument::length: {
      const bool bits = entry.native == "Bit" || entry.native == "VarBit";
      return modifier < 0 ? "" : "(" + std::to_string(bits ? modifier : modifier - 4) + ")";
    }
    case Argument::precision_scale: {
      if (modifier < 4) return "";
      const int packed = modifier - 4;
      return "(" + std::to_string((packed >> 16) & 0xffff) + ", " + std::to_string(packed & 0x7ff) +
             ")";
    }
    case Argument::fraction:
      return "(" + std::to_string(modifier < 0 ? 6 : modifier) + ")";
    case Argument::none:
      break;
  }
  return "";
}

bool is_default(const std::string& native) {
  return native == "Decimal(65, 30)" || native == "Timestamp(3)";
}

}  // namespace

void set_postgres_type(const PostgresType& type, LiveColumn& column) {
  column.is_list = type.is_array;
  column.type = ScalarType::unsupported;
  column.raw_type = type.formatted + (type.is_array ? "[]" : "");
  if (type.category == "e") {
    column.type = ScalarType::enum_;
    column.enum_name = type.name;
    return;
  }
  if (type.name == "json") {
    column.type = ScalarType::json;
    column.native = "Json";
    return;
  }
  const auto* const found = std::ranges::find(types, std::string_view(type.name), &TypeEntry::name);
  if (type.category != "b" || found == types.end()) {
    column.is_list = false;
    return;
  }
  column.type = found->type;
  column.native = std::string(found->native) + arguments_of(*found, type.modifier);
  if (is_default(column.native)) column.native.clear();
}

}  // namespace trivet::store::introspect
