// JSON objects inside tokens and keys, strict: one object, no member given twice at any depth,
// bounded nesting, valid UTF-8. Internal to auth.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>

namespace trivet::auth {

inline constexpr size_t token_json_depth_max = 32;

// nullopt unless `json` is one object without a member given twice. What it gives lives as long as
// `parser` and until it parses again.
[[nodiscard]] std::optional<simdjson::dom::object> parse_json_object(
    simdjson::dom::parser& parser, std::string_view json);

// The member's text; empty optional when it is absent; nullopt inside when it is no string.
struct TextMember {
  bool present = false;
  std::optional<std::string_view> text;
};
[[nodiscard]] TextMember text_member(const simdjson::dom::object& members, std::string_view name);

}  // namespace trivet::auth
