// The SQL of a Program's steps. Pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/query.h"
#include "store/sql/statement.h"

namespace trivet::store::postgres {

struct StepText {
  const schema::Schema& schema;
  const Step& step;
  std::span<const int> returned;  // fields in RETURNING, in order
  std::span<const int> before{};  // fields that come back as they were, behind all else
};

enum class Shape : uint8_t {
  one,   // cells are scalars
  many,  // cells are lists: a column of the block each
};

// Columns: the returned fields, then, for upserts, whether the row is new. With `before`, Shape::one.
[[nodiscard]] sql::Statement render_insert(const StepText& text, Shape shape);
[[nodiscard]] sql::Statement render_update(const StepText& text);
[[nodiscard]] sql::Statement render_delete(const StepText& text);
// Two rows at most.
[[nodiscard]] sql::Statement render_find(const StepText& text);
// A row if one of those whose keys are BindKind::rows doesn't satisfy the step's condition.
[[nodiscard]] sql::Statement render_check(const StepText& text);
// A row if the cells, one for each of the step's fields, don't satisfy the step's condition.
[[nodiscard]] sql::Statement render_check_given(const StepText& text);
// A row if the stored one doesn't satisfy the step's condition, which names what it was. Cells: nothing,
// the model's columns as they were, the key.
[[nodiscard]] sql::Statement render_check_changed(const StepText& text);
// Cells: A, B.
[[nodiscard]] sql::Statement render_link(const StepText& text);
// The level over the rows whose keys are BindKind::rows, in their order unless it has one.
[[nodiscard]] sql::Statement render_read_back(const schema::Schema& schema, const Level& level);

// Whether it looks at a row as it was (Op::before).
[[nodiscard]] bool names_before(const Expr& expr);

// Fields by which a row is told from others: the primary key, or the first key without optional
// fields.
[[nodiscard]] std::vector<int> key_fields(const schema::Model& model);

}  // namespace trivet::store::postgres
