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
  // Writes what stands behind FROM, where the alias is rows of the table; empty = the table.
  std::function<void(Renderer&, const std::string& alias)> from{};
  std::string order;  // SQL: in whose order rows come unless one is asked for
};

[[nodiscard]] Statement render_nested(const schema::Schema& schema, const Dialect& dialect,
                                      const Level& level, const NestedSource& source);
// Rows of the level before limit and offset.
[[nodiscard]] Statement render_nested_count(const schema::Schema& schema, const Dialect& dialect,
                                            const Level& level, const NestedSource& source);

}  // namespace trivet::store::sql
