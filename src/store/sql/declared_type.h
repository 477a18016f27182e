// What the type that an SQLite column was declared with means to the schema. Pure.
//
// SQLite takes any words as a type; these are the ones that its users write: its own documentation,
// Prisma, Django, Rails, Laravel, EF Core and the other databases that scripts come from.
#pragma once

#include <string_view>

#include "schema/ast.h"

namespace trivet::store::sql {

// Never enum_ or composite; `unsupported` for none and for what says nothing about the values.
[[nodiscard]] schema::ScalarType scalar_of_declared(std::string_view declared);

// Whether a column that was declared as the one serves a field whose column would be the other.
[[nodiscard]] bool same_declared_type(std::string_view left, std::string_view right);

}  // namespace trivet::store::sql
