// A rendered statement and the values for it → a Command. Pure.
#pragma once

#include <memory>
#include <span>

#include "base/error.h"
#include "store/postgres/request.h"
#include "store/sql/statement.h"
#include "value/value.h"

namespace trivet::store::postgres {

struct BindSources {
  std::span<const Value> params{};  // BindKind::param, list, limit
  std::span<const Value> cells{};   // BindKind::cell
  std::span<const Value> rows{};    // BindKind::rows: a list for each column of the rows' key
};

// Errors: what a type can't hold (22003, 22P02).
[[nodiscard]] result<Command> make_command(std::shared_ptr<const sql::Statement> statement,
                                           const BindSources& sources);

}  // namespace trivet::store::postgres
