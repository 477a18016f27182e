// Queries and Programs as SQL. Pure functions; no I/O.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "schema/schema.h"
#include "store/query.h"
#include "store/sql/dialect.h"
#include "store/sql/statement.h"

namespace trivet::store::sql {

// Which rows of the level's table a read is about, besides its own `where`.
enum class Among : uint8_t {
  all,
  row,   // the one whose row id is cell 0
  rows,  // those of BindKind::rows
};

[[nodiscard]] LevelStatement render_level(const schema::Schema& schema, const Dialect& dialect,
                                          const Level& level, Among among);
// Rows of the level before limit and offset.
[[nodiscard]] Statement render_count(const schema::Schema& schema, const Dialect& dialect,
                                     const Level& level);

struct Writer {
  const schema::Schema& schema;
  const Dialect& dialect;
};

// INSERT of one row; cells are those of `fields`, in order.
[[nodiscard]] Statement render_insert(const Writer& writer, int model,
                                      const std::vector<int>& fields);
// Row id of the row whose key equals the cells, then 1/0/null of `condition` (1 without one).
[[nodiscard]] Statement render_probe(const Writer& writer, int model,
                                     const std::vector<int>& key_fields,
                                     const std::optional<Expr>& condition);
// UPDATE of the row whose id is the cell after those of `fields`; gives its id, which may be new.
[[nodiscard]] Statement render_update_row(const Writer& writer, int model,
                                          const std::vector<int>& fields);
enum class Returning : uint8_t { nothing, row_ids };
[[nodiscard]] Statement render_update(const Writer& writer, const Step& step, Returning returning);
[[nodiscard]] Statement render_delete(const Writer& writer, const Step& step);
// Row ids of the rows that match, at most `limit`.
[[nodiscard]] Statement render_find(const Writer& writer, int model,
                                    const std::optional<Expr>& where, int limit);
// One row if any of BindKind::rows is gone or doesn't satisfy `where`.
[[nodiscard]] Statement render_check(const Writer& writer, int model,
                                     const std::optional<Expr>& where);
// One row if the row whose id is cell 0 satisfies `where`. Cells 1…: the model's columns as they were
// before (Op::before).
[[nodiscard]] Statement render_check_row(const Writer& writer, int model, const Expr& where);
// One row if a row of the model with the cells of `fields`, and null elsewhere, doesn't satisfy
// `where`.
[[nodiscard]] Statement render_check_given(const Writer& writer, int model,
                                           const std::vector<int>& fields, const Expr& where);
// Fields of the row whose id is cell 0.
[[nodiscard]] Statement render_fetch(const Writer& writer, int model,
                                     const std::vector<int>& fields);
// Pairs of an implicit many-to-many; cells: A, B.
[[nodiscard]] Statement render_link(const Writer& writer, int relation);
[[nodiscard]] Statement render_unlink(const Writer& writer, int relation);

// The name under which the row id of the model's table is reached; some columns shadow the usual
// one.
[[nodiscard]] std::string_view row_id_name(const schema::Model& model);
// "t"."c" style quoting.
[[nodiscard]] std::string quote_identifier(std::string_view name);
[[nodiscard]] std::string quote_literal(std::string_view text);

}  // namespace trivet::store::sql
