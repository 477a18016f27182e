// The kinds of top-level declarations. Each parser stands at its keyword, fills `out` as far as it can and returns
// false if what follows can't be understood.
#pragma once

#include "schema/parse/cursor.h"
#include "schema/parse/tree.h"

namespace trivet::schema {

// `KIND name …{ … }` with out.kind set.
[[nodiscard]] bool parse_block(Cursor& cursor, tree::Declaration& out);
[[nodiscard]] bool parse_function(Cursor& cursor, tree::Declaration& out);
[[nodiscard]] bool parse_procedure(Cursor& cursor, tree::Declaration& out);
[[nodiscard]] bool parse_attribute_declaration(Cursor& cursor, tree::Declaration& out);

// A parameter may be an optional list; a field may not.
enum class OptionalList : uint8_t { refused, allowed };
[[nodiscard]] bool parse_type_reference(Cursor& cursor, tree::TypeReference& out, OptionalList lists = OptionalList::refused);
[[nodiscard]] bool parse_parameters(Cursor& cursor, std::vector<tree::Parameter>& out);

}  // namespace trivet::schema
