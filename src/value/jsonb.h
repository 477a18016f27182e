// What PostgreSQL's jsonb does, on JSON text: normal form, order, containment, paths.
//
// All take valid JSON. Numbers compare by value at any length. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "value/arena.h"
#include "value/json_reader.h"

namespace trivet {

// `{"a": 1, "b": [1, 2]}`: keys shorter first, then by bytes, the last duplicate wins; ": " and ",
// "; strings with the fewest escapes; numbers as numeric prints them (1.10 stays, 1e2 is 100; an
// exponent beyond ±64 is kept as d.ddde+n, so that the form is never much longer than its source).
// Errors: 22P05 for \u0000, which no text may hold.
[[nodiscard]] result<void> append_jsonb(std::string& out, JsonValue value);
// The same into the arena.
[[nodiscard]] result<std::string_view> normalise_jsonb(JsonValue value, Arena& arena);

// jsonb's btree order: object > array > boolean > number > string > null; arrays and objects by
// count first (the empty top-level array before everything, as PostgreSQL has it); strings by code
// point.
[[nodiscard]] int compare_jsonb(JsonValue left, JsonValue right);

// left @> right: recursive, arrays as sets, a top-level scalar is contained in an array that has
// it.
[[nodiscard]] bool jsonb_contains(JsonValue left, JsonValue right);

// `->` with a key or an index (negative counts from the end). nullopt where PostgreSQL gives NULL.
[[nodiscard]] std::optional<JsonValue> json_get(JsonValue document, std::string_view key);
[[nodiscard]] std::optional<JsonValue> json_get(JsonValue document, int64_t index);
// What `->>` makes of what `->` found: strings decoded, JSON null is nullopt, everything else its
// text.
[[nodiscard]] std::optional<std::string_view> json_as_text(JsonValue value, Arena& arena);

}  // namespace trivet
