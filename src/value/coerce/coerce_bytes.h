// Input functions of bytea and uuid. For value/coerce.cpp. Pure.
#pragma once

#include <string_view>

#include "base/error.h"
#include "value/arena.h"

namespace trivet {

// \x hex (blanks between bytes allowed), else the escape format (\\, \ooo). The bytes, in the
// arena.
[[nodiscard]] result<std::string_view> parse_bytea(std::string_view literal, Arena& arena);

// 32 hex digits, a hyphen allowed after each four, braces around all; lower case with four hyphens
// comes out.
[[nodiscard]] result<std::string_view> parse_uuid(std::string_view literal, Arena& arena);

}  // namespace trivet
