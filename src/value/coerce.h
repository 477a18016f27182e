// Outside text → typed Value, with PostgreSQL's rules, error texts and codes (rest.md sections 3,
// 8, 13). Coercion happens here, before any store, so that every store refuses the same inputs in
// the same words.
//
// Results view the literal where nothing had to change, else the arena: keep both alive. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "value/arena.h"
#include "value/json_reader.h"
#include "value/type.h"
#include "value/value.h"

namespace trivet {

class Zone;

// What the column adds to its type. Everything is borrowed for the call.
struct CoerceContext {
  std::span<const std::string> enum_labels;  // enum_: labels as clients write them
  std::string_view enum_name;                // for `invalid input value for enum mood: "q"`
  int length =
      0;  // varchar(n), char(n): code points; 0 = no limit. varbit and the like: not checked
  int precision = 0;  // numeric(p,s): 0 = unconstrained
  int scale = 0;
  int time_precision = 6;         // timestamp(p), time(p): 0-6
  const Zone* zone = nullptr;     // session zone of timestamptz; null = UTC
  std::optional<int64_t> now_us;  // for 'now', 'today', …; without it they are 22007
  uint32_t json_depth_max = 64;
  uint32_t list_values_max = 20'000;  // elements of one array
};

// An untyped literal as the type's input function reads it: blanks trimmed where PostgreSQL does
// (not for text), t/yes/on/1, 22P02, 22003, 22007, 22008, 22001. text rejects U+0000 (22021).
// Type::unknown is text. json keeps its text; jsonb is normalised. char(n) is padded to n. Value
// kinds: see value.h; timetz gives µs of UTC.
[[nodiscard]] result<Value> coerce_text(std::string_view literal, Type type,
                                        const CoerceContext& context, Arena& arena);

// A value of a JSON body into a column (section 8): null → null; text takes any scalar, and an
// object's or array's own text; json and jsonb take anything; all others what coerce_text makes of
// the string's or number's text.
[[nodiscard]] result<Value> coerce_json(JsonValue value, Type type, const CoerceContext& context,
                                        Arena& arena);

// List columns: `{a,"b c",NULL}` (22P02 `malformed array literal: "…"` with details), and JSON
// arrays or such a string. One dimension. The result is Value::list, in the arena.
[[nodiscard]] result<Value> coerce_text_list(std::string_view literal, Type element,
                                             const CoerceContext& context, Arena& arena);
[[nodiscard]] result<Value> coerce_json_list(JsonValue value, Type element,
                                             const CoerceContext& context, Arena& arena);

// The cells of an array literal before coercion; nullopt = NULL. Views of the literal or the arena.
[[nodiscard]] result<std::vector<std::optional<std::string_view>>> split_array_literal(
    std::string_view literal, Arena& arena);
[[nodiscard]] result<std::vector<Value>> parse_array_literal(std::string_view literal, Type element,
                                                             const CoerceContext& context,
                                                             Arena& arena);

// A cast `value::to` (rest.md section 17's whitelist). Null stays null. Through the text form
// unless there is a shorter way; numeric → int rounds half away from zero, float → int half to even
// (PostgreSQL's), timestamps ↔ dates. Errors: as coerce_text; 42846-like refusals are 22P02 of the
// target type.
[[nodiscard]] result<Value> cast_value(Value value, Type from, Type to,
                                       const CoerceContext& context, Arena& arena);

}  // namespace trivet
