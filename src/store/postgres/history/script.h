// A difference of two layouts as PostgreSQL's SQL, with Prisma's headings, in an order in which it
// runs: what frees names first, foreign keys last. Pure.
//
// What is dropped is dropped without CASCADE: a view that needs it makes the script fail.
#pragma once

#include <string>

#include "store/sql/layout/layout_diff.h"

namespace trivet::store::postgres {

// Empty for no difference.
[[nodiscard]] std::string render_script(const sql::LayoutDiff& diff);

// CREATE TABLE with its columns and, unless it has none, its primary key; without a semicolon.
[[nodiscard]] std::string render_create_table(const TableDescription& table);
[[nodiscard]] std::string render_create_enum(const std::string& name, const EnumDescription& type);

}  // namespace trivet::store::postgres
