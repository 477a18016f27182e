// Why a write failed, in PostgreSQL's words: which constraint, which key (dialects/rest.md, section
// 13).
//
// SQLite names no foreign key and tells no values, so they are looked for in the open transaction,
// which still shows the state before the failed statement. Runs only after a failure.
#pragma once

#include <optional>
#include <span>

#include "base/error.h"
#include "store/query.h"
#include "store/sqlite/connection.h"

namespace trivet::store::sqlite {

struct FailedWrite {
  const schema::Schema& schema;
  const Step& step;
  std::span<const Value> cells;   // insert, upsert, link: the row; by step.fields
  std::span<const Value> params;  // what the step's expressions use
};

// The connection's last error, explained if it is a constraint violation.
[[nodiscard]] Error explain_failure(Connection& connection, const FailedWrite& write);
// The foreign key of the new row that has no target, if any.
[[nodiscard]] std::optional<Error> find_missing_parent(Connection& connection,
                                                       const FailedWrite& write);
// The foreign key that still points to a row that the step deletes or gives another key, if any.
[[nodiscard]] std::optional<Error> find_remaining_child(Connection& connection,
                                                        const FailedWrite& write);

}  // namespace trivet::store::sqlite
