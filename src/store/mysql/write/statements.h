// The SQL of a Program's steps. Pure functions.
#pragma once

#include <span>
#include <vector>

#include "store/mysql/read/select.h"
#include "store/query.h"
#include "store/sql/statement.h"

namespace trivet::store::mysql {

struct InsertShape {
  int model = -1;
  std::span<const int> fields;      // of each row
  std::span<const bool> defaults;   // which of them are left to the database
  uint32_t rows = 1;
  std::span<const int> returned;    // fields that come back
};
// Cells: row by row, those that aren't left to the database.
[[nodiscard]] sql::Statement render_insert(const schema::Schema& schema, const InsertShape& shape);

[[nodiscard]] sql::Statement render_update(const schema::Schema& schema, const Step& step);
[[nodiscard]] sql::Statement render_delete(const schema::Schema& schema, const Step& step);

enum class Lock : uint8_t { none, update };

// What of which rows.
struct RowsShape {
  int model = -1;
  std::vector<int> fields{};       // columns of the answer
  std::vector<Expr> values{};      // more of them
  std::span<const int> key{};      // rows in which these equal the cells, in order
  const Expr* where = nullptr;
  int limit = 0;                   // 0 = none
  Lock lock = Lock::none;
};
[[nodiscard]] Select render_rows(const schema::Schema& schema, const RowsShape& shape);

// UPDATE of the row whose keys are the cells behind those of `fields`.
[[nodiscard]] sql::Statement render_update_row(const schema::Schema& schema, int model,
                                               std::span<const int> fields);
// A row if one of those whose keys are BindKind::rows doesn't satisfy the condition.
[[nodiscard]] Select render_check(const schema::Schema& schema, int model, const Expr& where);
// A row for each of those whose keys are BindKind::rows.
[[nodiscard]] Select render_present(const schema::Schema& schema, int model);
// A row if the cells, one for each of the fields, don't satisfy the condition.
[[nodiscard]] Select render_check_given(const schema::Schema& schema, const Step& step);
// A row if the stored one doesn't satisfy the condition, which names what it was. Cells: nothing, the
// model's columns as they were, the key.
[[nodiscard]] Select render_check_changed(const schema::Schema& schema, int model, const Expr& where);
// Cells: A, B.
[[nodiscard]] sql::Statement render_link(const schema::Schema& schema, const Step& step);

// Whether it looks at a row as it was (Op::before).
[[nodiscard]] bool names_before(const Expr& expr);

}  // namespace trivet::store::mysql
