// Result rows → nested batches, in the form that store/sql/render_nested.h promises. Pure.
#pragma once

#include <string_view>

#include "base/error.h"
#include "store/postgres/types.h"
#include "store/query.h"

struct pg_result;

namespace trivet::store::postgres {

// Rows of a result in binary form; everything lives in `arena`.
[[nodiscard]] result<Batch> decode_rows(const pg_result& rows, const Level& level, Arena& arena);
// One column of a result as an integer: counts. 0 where it is null.
[[nodiscard]] int64_t integer_at(const pg_result& rows, int row, int column);
// A cell of a result; lists as Value::list.
[[nodiscard]] result<Value> cell_at(const pg_result& rows, int row, int column, bool is_list,
                                    Arena& arena);

}  // namespace trivet::store::postgres
