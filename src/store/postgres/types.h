// PostgreSQL's numbers of types (pg_type.h; they never change) and the binary form of values both
// ways. Pure; any thread.
//
// Types whose number differs from database to database (enums, citext) travel as text: their binary
// form is their text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "value/arena.h"
#include "value/type.h"
#include "value/value.h"

namespace trivet::store::postgres {

using TypeNumber = uint32_t;  // Oid

inline constexpr TypeNumber number_bool = 16;
inline constexpr TypeNumber number_bytea = 17;
inline constexpr TypeNumber number_int8 = 20;
inline constexpr TypeNumber number_int2 = 21;
inline constexpr TypeNumber number_int4 = 23;
inline constexpr TypeNumber number_text = 25;
inline constexpr TypeNumber number_oid = 26;
inline constexpr TypeNumber number_json = 114;
inline constexpr TypeNumber number_float4 = 700;
inline constexpr TypeNumber number_float8 = 701;
inline constexpr TypeNumber number_bpchar = 1042;
inline constexpr TypeNumber number_varchar = 1043;
inline constexpr TypeNumber number_date = 1082;
inline constexpr TypeNumber number_time = 1083;
inline constexpr TypeNumber number_timestamp = 1114;
inline constexpr TypeNumber number_timestamptz = 1184;
inline constexpr TypeNumber number_timetz = 1266;
inline constexpr TypeNumber number_numeric = 1700;
inline constexpr TypeNumber number_record = 2249;
inline constexpr TypeNumber number_record_array = 2287;
inline constexpr TypeNumber number_uuid = 2950;
inline constexpr TypeNumber number_jsonb = 3802;

// Of the elements in a binary array that is sent.
[[nodiscard]] TypeNumber number_of(Type type);

// Appends the value without its length; not for null. A value that its type can't hold is 22003,
// 22P02.
[[nodiscard]] result<void> encode_value(std::string& out, Value value, Type type);
// A list, as an array of one dimension.
[[nodiscard]] result<void> encode_list(std::string& out, Value list, Type element);

// A cell as the server sent it. Text and the like are copied into the arena. Errors:
// data_corrupted.
[[nodiscard]] result<Value> decode_value(std::string_view bytes, TypeNumber type, Arena& arena);

// numeric's digits of base 10000 ↔ text.
[[nodiscard]] result<void> encode_numeric(std::string& out, std::string_view text);
[[nodiscard]] result<std::string> decode_numeric(std::string_view bytes);

}  // namespace trivet::store::postgres
