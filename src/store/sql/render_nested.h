// A whole nested read as one statement, for databases that can return rows within rows
// (PostgreSQL: arrays of records).
//
// Result columns: the outputs of the root, then one column per embed: a record (or null) where it
// is to one, else an array of records; a record's columns are again outputs, then embeds. Pure.
#pragma once

#include <functional>

#include "store/query.h"
#include "store/sql/dialect.h"
#include "store/sql/renderer.h"
#include "store/sql/statement.h"

namespace trivet::store::sql {

// Where the root's rows come from.
struct NestedSource {
  std::function<void(Renderer&)> table{};  // writes what has the table's columns; empty = the table
  std::string order;  // a column of it, in whose order rows come unless one is asked for
};

[[nodiscard]] Statement render_nested(const schema::Schema& schema, const Dialect& dialect,
                                      const Level& level, const NestedSource& source);
// Rows of the level before limit and offset.
[[nodiscard]] Statement render_nested_count(const schema::Schema& schema, const Dialect& dialect,
                                            const Level& level, const NestedSource& source);

}  // namespace trivet::store::sql
