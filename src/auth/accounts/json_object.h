// Shallow changes of JSON objects that are kept as text: metadata, identity data. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace trivet::auth {

// `base` with the members of `patch` in place of its own; a null deletes. Both are valid JSON objects.
[[nodiscard]] std::string merge_json(std::string_view base, std::string_view patch);

// A text member of an object, decoded; empty if it is absent or no text.
[[nodiscard]] std::string text_member(std::string_view object, std::string_view name);

}  // namespace trivet::auth
