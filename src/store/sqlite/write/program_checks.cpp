// Checks of a program: of rows to come, of rows written, of rows against what they were.
#include <sqlite3.h>

#include <algorithm>

#include "store/sqlite/cells.h"
#include "store/sqlite/write/program_state.h"
#include "store/store.h"

namespace trivet::store::sqlite {

result<void> ProgramRunner::check(State& state, size_t index) {
  const Step& step = state.program.steps[index];
  if (step.rows == CheckRows::given) return check_given(state, index);
  if (state.prepared.steps[index].looks_back) return check_changed(state, index);
  const StepRows& written = state.steps[step.of];
  const std::vector<int64_t>& ids =
      step.rows == CheckRows::updated ? written.updated : written.row_ids;
  if (ids.empty()) return {};
  const Prepared& statement = *state.prepared.steps[index].main;
  const StatementUse use(statement.get());
  if (statement.bind({.params = state.values, .row_ids = ids}, scratch_) != SQLITE_OK)
    return std::unexpected(connection_.failure());
  const int code = sqlite3_step(statement.get());
  if (code == SQLITE_DONE) return {};
  if (code != SQLITE_ROW) return std::unexpected(connection_.failure());
  return std::unexpected(step_error(step));
}

result<void> ProgramRunner::check_given(State& state, size_t index) {
  const Step& step = state.program.steps[index];
  const RowBlock& block = state.params.blocks[step.block];
  const Prepared& statement = *state.prepared.steps[index].main;
  const size_t width = step.fields.size();
  std::vector<Value> cells;
  for (uint32_t row = 0; row < block.rows; ++row) {
    TRIVET_TRY(const auto resolved, resolve_row(state, block.cells.subspan(row * width, width)));
    cells.assign(resolved.begin(), resolved.end());
    for (Value& cell : cells)
      if (cell.kind() == ValueKind::absent) cell = Value();
    const StatementUse use(statement.get());
    if (statement.bind({.params = state.values, .cells = cells}, scratch_) != SQLITE_OK)
      return std::unexpected(connection_.failure());
    const int code = sqlite3_step(statement.get());
    if (code == SQLITE_ROW) return std::unexpected(step_error(step));
    if (code != SQLITE_DONE) return std::unexpected(connection_.failure());
  }
  return {};
}

result<void> ProgramRunner::check_changed(State& state, size_t index) {
  const Step& step = state.program.steps[index];
  const StepRows& written = state.steps[step.of];
  const Prepared& statement = *state.prepared.steps[index].main;
  const std::vector<int64_t>& ids =
      step.rows == CheckRows::updated ? written.updated : written.row_ids;
  for (const int64_t id : ids) {
    const auto old = std::ranges::find(written.before, id, &RowBefore::row_id);
    TRIVET_ASSERT(old != written.before.end());
    std::vector<Value> cells{Value::integer(id)};
    cells.insert(cells.end(), old->cells.begin(), old->cells.end());
    const StatementUse use(statement.get());
    if (statement.bind({.params = state.values, .cells = cells}, scratch_) != SQLITE_OK)
      return std::unexpected(connection_.failure());
    const int code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) return std::unexpected(step_error(step));
    if (code != SQLITE_ROW) return std::unexpected(connection_.failure());
  }
  return {};
}

result<void> ProgramRunner::keep_before(State& state, size_t index, int64_t row_id) {
  const Prepared& statement = *state.prepared.steps[index].columns;
  const Value id = Value::integer(row_id);
  const StatementUse use(statement.get());
  if (statement.bind({.cells = {&id, 1}}, scratch_) != SQLITE_OK ||
      sqlite3_step(statement.get()) != SQLITE_ROW)
    return std::unexpected(connection_.failure());
  const schema::Model& model =
      state.program.schema->models[state.program.steps[index].model];
  RowBefore row{row_id, {}};
  for (size_t i = 0; i < model.columns.size(); ++i) {
    TRIVET_TRY(const Value cell, decode_cell(sqlite3_column_value(statement.get(),
                                                                  static_cast<int>(i)),
                                             field_type(model.fields[model.columns[i]]),
                                             state.result.rows.arena));
    row.cells.push_back(cell);
  }
  state.steps[index].before.push_back(std::move(row));
  return {};
}

result<void> ProgramRunner::keep_matching(State& state, size_t index) {
  std::vector<int64_t> ids;
  {
    const Prepared& statement = *state.prepared.steps[index].matching;
    const StatementUse use(statement.get());
    if (statement.bind({.params = state.values}, scratch_) != SQLITE_OK)
      return std::unexpected(connection_.failure());
    int code = sqlite3_step(statement.get());
    for (; code == SQLITE_ROW; code = sqlite3_step(statement.get()))
      ids.push_back(sqlite3_column_int64(statement.get(), 0));
    if (code != SQLITE_DONE) return std::unexpected(connection_.failure());
  }
  for (const int64_t id : ids) TRIVET_CHECK(keep_before(state, index, id));
  return {};
}

}  // namespace trivet::store::sqlite
