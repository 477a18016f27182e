// Every attribute of the language, as data: name, parameters, targets, how often (dialects/schema.md, sections 5 to 15).
// The checker binds arguments by it; completion and documentation can read it. Static data, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace trivet::schema {

enum class AttributeId : uint8_t {
  id, unique, default_, map, relation, ignore, updated_at, native, shard_key, omit, computed, json, meta, fuzzy,
  full_text, allow, deny, length, starts_with, ends_with, contains, regex, email, url, phone, datetime, date, time,
  uuid, trim, lower, upper, gt, gte, lt, lte, passthrough,
  block_id, block_unique, block_index, block_fulltext, block_map, block_schema, block_ignore, block_shard_key,
  block_allow, block_deny, block_validate, block_auth, block_strict, block_meta, block_delegate, block_delegate_map,
  block_passthrough, block_realtime,
  reserved,  // known, refused for now
  declared,  // by the schema itself: `attribute @x(…)`
};

enum class ParameterType : uint8_t {
  any,           // what the attribute's own checker takes
  string, integer, number, boolean,
  word,          // a bare name: Cascade, Desc, Hash
  field_list,    // [a, b(sort: Desc)]
  condition,     // a Boolean expression
  string_list,
};

struct ParameterInfo {
  std::string_view name;
  ParameterType type = ParameterType::any;
  bool positional = false;
  bool required = false;
};

// What an attribute may stand on.
enum Target : uint32_t {
  on_string = 1 << 0, on_boolean = 1 << 1, on_int = 1 << 2, on_bigint = 1 << 3, on_float = 1 << 4,
  on_decimal = 1 << 5, on_datetime = 1 << 6, on_json = 1 << 7, on_bytes = 1 << 8, on_enum = 1 << 9,
  on_composite = 1 << 10, on_unsupported = 1 << 11, on_relation = 1 << 12,
  on_list = 1 << 13,  // of the types named
  on_any_list = 1 << 14,
  on_model = 1 << 15, on_view = 1 << 16, on_type = 1 << 17, on_enum_block = 1 << 18, on_enum_value = 1 << 19,
  on_numbers = on_int | on_bigint | on_float | on_decimal,
  on_scalars = (1 << 10) - 1,
  on_fields = (1 << 15) - 1,
};

struct AttributeInfo {
  AttributeId id;
  uint8_t level;  // number of @
  std::string_view name;
  std::span<const ParameterInfo> parameters;
  uint32_t targets;
  bool once;
  bool zmodel_only;
};

inline constexpr size_t parameters_max = 8;

[[nodiscard]] std::span<const AttributeInfo> attribute_table();
// By exact name; null if unknown. "db.…" is the row `native` for level 1.
[[nodiscard]] const AttributeInfo* find_attribute(uint8_t level, std::string_view name);

}  // namespace trivet::schema
