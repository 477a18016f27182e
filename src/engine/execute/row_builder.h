// Makes the rows of a create or upsert as the store gets them: given cells, defaults, required
// columns checked.
//
// One per run, used before the store is called. Cells view the caller's values or `arena`.
#pragma once

#include <span>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "engine/plan/plan.h"
#include "engine/policy/caller.h"

namespace trivet::engine {

struct RunContext {
  const Plan& plan;
  const Caller& caller;
  int64_t now_us;
  IdMaker& ids;
  const std::vector<Value>& params;  // with the appended ones; may grow
  Arena& arena;
};

[[nodiscard]] inline bool is_reference(Value cell) { return cell.kind() == ValueKind::reference; }

// `now` as a column of `field` keeps it: its precision, or only its date or time.
[[nodiscard]] Value now_value(const schema::Field& field, int64_t now_us);

class RowBuilder {
 public:
  explicit RowBuilder(const RunContext& context) : context_(context) {}

  // Appends the cells of one row, one per source. `given`: the operation's cells
  // (ColumnSource::cell). 23502 for a required column without value, 23514 for one that its field's
  // checks refuse.
  [[nodiscard]] result<void> append_row(const schema::Model& model,
                                        std::span<const ColumnSource> columns,
                                        std::span<const Value> given, std::vector<Value>& cells);

  // 23514 unless all `checks` hold for the new row.
  [[nodiscard]] result<void> validate_row(int model, std::span<const PlannedCheck> checks,
                                          std::span<const ColumnSource> columns,
                                          std::span<const Value> cells);
  // 42501 unless `rule` holds for the new row. `cells` as append_row made them.
  [[nodiscard]] result<void> check_rule(int model, const store::Expr& rule,
                                        std::span<const ColumnSource> columns,
                                        std::span<const Value> cells);
  // Whether `filter` holds for the new row.
  [[nodiscard]] result<bool> satisfies(int model, const store::Expr& filter,
                                       std::span<const ColumnSource> columns,
                                       std::span<const Value> cells);

 private:
  result<Value> missing(const schema::Field& field, const ColumnSource& source);
  Value make_id(const schema::Default& wanted);

  const RunContext& context_;
  std::vector<Value> row_;  // scratch: by column position
};

// 21000 if two rows have the same values in `conflict_fields`.
[[nodiscard]] result<void> check_distinct_keys(const schema::Model& model,
                                               std::span<const int> conflict_fields,
                                               std::span<const ColumnSource> columns,
                                               std::span<const Value> cells);

}  // namespace trivet::engine
