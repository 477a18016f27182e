// Expressions, argument lists and attributes.
#pragma once

#include <vector>

#include "schema/parse/cursor.h"
#include "schema/parse/tree.h"

namespace trivet::schema {

// Each returns false after reporting; the cursor is then somewhere inside.
[[nodiscard]] bool parse_expression(Cursor& cursor, tree::Node& out);
[[nodiscard]] bool parse_arguments(Cursor& cursor, std::vector<tree::Argument>& out);
[[nodiscard]] bool parse_attribute(Cursor& cursor, tree::Attribute& out);
// A run of attributes with `level` times @.
[[nodiscard]] bool parse_attributes(Cursor& cursor, TokenKind level, std::vector<tree::Attribute>& out);

}  // namespace trivet::schema
