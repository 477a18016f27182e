// The types of values as clients and stores name them (PostgreSQL's names), after the native types are applied.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trivet {

enum class Type : uint8_t {
  unknown, boolean, int2, int4, int8, float4, float8, numeric, text, varchar, bpchar, citext, bytea, json, jsonb,
  timestamp, timestamptz, date, time, timetz, uuid, enum_, other_text,  // inet, xml, bit, …: text that only compares
};

// "integer", "timestamp without time zone", … as PostgreSQL's error texts print it.
[[nodiscard]] std::string_view type_display_name(Type type);
// The name after `::` in a request ("int4", "text", "timestamptz", "numeric", …); nullopt if not castable.
[[nodiscard]] std::optional<Type> parse_type_name(std::string_view name);

}  // namespace trivet
