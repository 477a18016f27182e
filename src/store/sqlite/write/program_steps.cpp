// The steps of a program, one function each.
#include <sqlite3.h>

#include <algorithm>

#include "store/sqlite/cells.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/write/program_state.h"
#include "store/sqlite/write/violation.h"

namespace trivet::store::sqlite {

namespace {

std::span<const Value> row_of(const RowBlock& block, size_t columns, uint32_t row) {
  return block.cells.subspan(size_t{row} * columns, columns);
}

}  // namespace

Error step_error(const Step& step) {
  if (step.error) return *step.error;
  return Error(ErrorCode::permission_denied, "permission denied");
}

result<std::span<const Value>> ProgramRunner::resolve_row(State& state,
                                                          std::span<const Value> cells) {
  const auto referring = [](const Value& cell) { return cell.kind() == ValueKind::reference; };
  if (std::ranges::none_of(cells, referring)) return cells;
  state.row.assign(cells.begin(), cells.end());
  for (Value& cell : state.row) {
    if (!referring(cell)) continue;
    TRIVET_TRY(cell, resolve(state, cell));
  }
  return std::span<const Value>(state.row);
}

result<Value> ProgramRunner::resolve(State& state, Value reference) {
  const uint32_t step_index = reference.reference_step();
  const uint32_t row = reference.reference_row();
  const int field = static_cast<int>(reference.reference_field());
  TRIVET_ASSERT(step_index < state.steps.size());
  const Step& step = state.program.steps[step_index];
  if (step.kind == StepKind::insert) {
    const auto at = std::ranges::find(step.fields, field);
    if (at != step.fields.end()) {
      const Value cell = row_of(state.params.blocks[step.block], step.fields.size(),
                                row)[at - step.fields.begin()];
      if (cell.kind() == ValueKind::reference) return resolve(state, cell);
      // A null or absent key may have been generated.
      if (!cell.is_null() && cell.kind() != ValueKind::absent) return cell;
    }
  }
  const std::vector<int64_t>& ids = state.steps[step_index].row_ids;
  if (row >= ids.size()) return Value::null();  // an upsert that left its row alone
  const sql::Writer writer{*state.program.schema, sql::sqlite_dialect()};
  TRIVET_TRY(const Prepared fetch,
             Prepared::make(connection_, sql::render_fetch(writer, step.model, {field})));
  const StatementUse use(fetch.get());
  const Value id = Value::integer(ids[row]);
  if (fetch.bind({.cells = {&id, 1}}, scratch_) != SQLITE_OK ||
      sqlite3_step(fetch.get()) != SQLITE_ROW)
    return std::unexpected(connection_.failure());
  const schema::Field& target = state.program.schema->models[step.model].fields[field];
  return decode_cell(sqlite3_column_value(fetch.get(), 0), field_type(target),
                     state.result.rows.arena);
}

result<void> ProgramRunner::resolve_params(State& state, size_t before_step) {
  for (size_t i = 0; i < state.resolved.size(); ++i) {
    const Value value = state.params.values[i];
    if (value.kind() != ValueKind::reference || value.reference_step() >= before_step) continue;
    if (state.resolved[i].kind() != ValueKind::reference) continue;
    TRIVET_TRY(state.resolved[i], resolve(state, value));
  }
  return {};
}

result<void> ProgramRunner::insert_row(State& state, size_t index, std::span<const Value> cells) {
  bool absent = false;
  for (const Value& cell : cells) {
    if (cell.kind() == ValueKind::numeric || cell.kind() == ValueKind::floating)
      TRIVET_CHECK(check_storable(cell));
    absent |= cell.kind() == ValueKind::absent;
  }
  if (absent) return insert_partial(state, index, cells);
  return step_insert(state, index, *state.prepared.steps[index].main,
                     {*state.program.schema, state.program.steps[index], cells, state.values});
}

result<void> ProgramRunner::insert_partial(State& state, size_t index,
                                           std::span<const Value> cells) {
  Step given = state.program.steps[index];
  given.fields.clear();
  std::vector<Value> values;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].kind() == ValueKind::absent) continue;
    given.fields.push_back(state.program.steps[index].fields[i]);
    values.push_back(cells[i]);
  }
  const sql::Writer writer{*state.program.schema, sql::sqlite_dialect()};
  TRIVET_TRY(const Prepared statement,
             Prepared::make(connection_, sql::render_insert(writer, given.model, given.fields)));
  return step_insert(state, index, statement,
                     {*state.program.schema, given, values, state.values});
}

result<void> ProgramRunner::step_insert(State& state, size_t index, const Prepared& statement,
                                        const FailedWrite& write) {
  const StatementUse use(statement.get());
  if (statement.bind({.cells = write.cells}, scratch_) != SQLITE_OK)
    return std::unexpected(connection_.failure());
  if (sqlite3_step(statement.get()) != SQLITE_DONE)
    return std::unexpected(explain_failure(connection_, write));
  StepRows& rows = state.steps[index];
  ++rows.affected;
  ++rows.inserted;
  if (state.prepared.steps[index].keeps_rows)
    rows.row_ids.push_back(sqlite3_last_insert_rowid(connection_.db()));
  return {};
}

result<void> ProgramRunner::insert(State& state, size_t index) {
  const Step& step = state.program.steps[index];
  const RowBlock& block = state.params.blocks[step.block];
  for (uint32_t row = 0; row < block.rows; ++row) {
    TRIVET_TRY(const auto cells, resolve_row(state, row_of(block, step.fields.size(), row)));
    TRIVET_CHECK(insert_row(state, index, cells));
    scratch_.clear();
  }
  return {};
}

result<void> ProgramRunner::upsert(State& state, size_t index) {
  const Step& step = state.program.steps[index];
  const RowBlock& block = state.params.blocks[step.block];
  state.touched.clear();
  for (uint32_t row = 0; row < block.rows; ++row) {
    TRIVET_TRY(const auto cells, resolve_row(state, row_of(block, step.fields.size(), row)));
    TRIVET_TRY(const bool found, upsert_row(state, index, cells));
    if (found) continue;
    TRIVET_CHECK(insert_row(state, index, cells));
    state.touched.insert(sqlite3_last_insert_rowid(connection_.db()));
    scratch_.clear();
  }
  return {};
}

// True if a row with the key was there.
result<bool> ProgramRunner::upsert_row(State& state, size_t index, std::span<const Value> cells) {
  const PreparedStep& prepared = state.prepared.steps[index];
  const Step& step = state.program.steps[index];
  std::vector<Value> picked;
  for (const int position : prepared.conflict_cells) {
    if (position < 0 || cells[position].is_null() || cells[position].kind() == ValueKind::absent)
      return false;  // null equals nothing, and what the database will make is new
    picked.push_back(cells[position]);
  }
  int64_t id = 0;
  bool may = false;
  {
    const StatementUse use(prepared.probe->get());
    if (prepared.probe->bind({.params = state.values, .cells = picked}, scratch_) != SQLITE_OK)
      return std::unexpected(connection_.failure());
    const int code = sqlite3_step(prepared.probe->get());
    if (code == SQLITE_DONE) return false;
    if (code != SQLITE_ROW) return std::unexpected(connection_.failure());
    id = sqlite3_column_int64(prepared.probe->get(), 0);
    may = sqlite3_column_int(prepared.probe->get(), 1) == 1;
  }
  if (!prepared.update_row) return true;
  if (!may) return std::unexpected(step_error(step));
  if (prepared.columns) TRIVET_CHECK(keep_before(state, index, id));
  if (!state.touched.insert(id).second)
    return fail(ErrorCode::cardinality_violation,
                "ON CONFLICT DO UPDATE command cannot affect row a second time", {},
                "Ensure that no rows proposed for insertion within the same command have duplicate "
                "constrained "
                "values.");
  TRIVET_TRY(id, update_row(state, index, cells, id));
  // An integer key that changes is the row's new id.
  if (prepared.columns) state.steps[index].before.back().row_id = id;
  state.touched.insert(id);
  ++state.steps[index].affected;
  state.steps[index].row_ids.push_back(id);
  state.steps[index].updated.push_back(id);
  return true;
}

result<int64_t> ProgramRunner::update_row(State& state, size_t index,
                                          std::span<const Value> cells, int64_t id) {
  const PreparedStep& prepared = state.prepared.steps[index];
  const Step& step = state.program.steps[index];
  std::vector<Value> values;
  std::vector<int> fields;
  for (size_t i = 0; i < prepared.update_cells.size(); ++i) {
    const Value cell = cells[prepared.update_cells[i]];
    if (cell.kind() == ValueKind::absent) continue;
    TRIVET_CHECK(check_storable(cell));
    values.push_back(cell);
    fields.push_back(step.update_fields[i]);
  }
  if (fields.empty()) return id;
  values.push_back(Value::integer(id));
  std::optional<Prepared> partial;
  if (fields.size() < prepared.update_cells.size()) {
    const sql::Writer writer{*state.program.schema, sql::sqlite_dialect()};
    TRIVET_TRY(partial, Prepared::make(
                            connection_, sql::render_update_row(writer, step.model, fields)));
  }
  const Prepared& statement = partial ? *partial : *prepared.update_row;
  const StatementUse use(statement.get());
  if (statement.bind({.cells = values}, scratch_) != SQLITE_OK)
    return std::unexpected(connection_.failure());
  int code = sqlite3_step(statement.get());
  if (code == SQLITE_ROW) {
    id = sqlite3_column_int64(statement.get(), 0);
    code = sqlite3_step(statement.get());  // looks at foreign keys
  }
  if (code == SQLITE_DONE) return id;
  return std::unexpected(
      explain_failure(connection_, {*state.program.schema, step, cells, state.values}));
}

result<void> ProgramRunner::change(State& state, size_t index) {
  const Step& step = state.program.steps[index];
  const Prepared& statement = *state.prepared.steps[index].main;
  StepRows& rows = state.steps[index];
  for (const Expr& value : step.values)
    if (value.op == Op::param) TRIVET_CHECK(check_storable(state.values[value.param]));
  if (state.prepared.steps[index].matching) TRIVET_CHECK(keep_matching(state, index));
  std::optional<int64_t> matching;
  if (const auto& count = state.prepared.steps[index].count) {
    const StatementUse use(count->get());
    if (count->bind({.params = state.values}, scratch_) != SQLITE_OK ||
        sqlite3_step(count->get()) != SQLITE_ROW)
      return std::unexpected(connection_.failure());
    matching = sqlite3_column_int64(count->get(), 0);
  }
  {
    const StatementUse use(statement.get());
    if (statement.bind({.params = state.values}, scratch_) != SQLITE_OK)
      return std::unexpected(connection_.failure());
    int code = sqlite3_step(statement.get());
    for (; code == SQLITE_ROW; code = sqlite3_step(statement.get()))
      rows.row_ids.push_back(sqlite3_column_int64(statement.get(), 0));
    if (code != SQLITE_DONE)
      return std::unexpected(
          explain_failure(connection_, {*state.program.schema, step, {}, state.values}));
    rows.affected = matching.value_or(sqlite3_changes64(connection_.db()));
    // An integer key that changes is the row's new id; only one row can get it.
    if (rows.before.size() == 1 && rows.row_ids.size() == 1)
      rows.before[0].row_id = rows.row_ids[0];
  }
  if (step.rows_max == 0 || static_cast<uint64_t>(rows.affected) <= step.rows_max) return {};
  return fail(ErrorCode::max_affected, "Query result exceeds max-affected preference constraint",
              "The query affects " + std::to_string(rows.affected) + " rows");
}

result<void> ProgramRunner::find(State& state, size_t index) {
  const Step& step = state.program.steps[index];
  const Prepared& statement = *state.prepared.steps[index].main;
  const StatementUse use(statement.get());
  if (statement.bind({.params = state.values}, scratch_) != SQLITE_OK)
    return std::unexpected(connection_.failure());
  StepRows& rows = state.steps[index];
  int code = sqlite3_step(statement.get());
  for (; code == SQLITE_ROW; code = sqlite3_step(statement.get()))
    rows.row_ids.push_back(sqlite3_column_int64(statement.get(), 0));
  if (code != SQLITE_DONE) return std::unexpected(connection_.failure());
  rows.affected = static_cast<int64_t>(rows.row_ids.size());
  state.stopped = rows.row_ids.empty() && step.if_none == IfNone::stop;
  if (rows.row_ids.size() == 1 || state.stopped) return {};
  return std::unexpected(step_error(step));
}

result<void> ProgramRunner::forbid(State& state, size_t index) {
  const Prepared& statement = *state.prepared.steps[index].main;
  const StatementUse use(statement.get());
  if (statement.bind({.params = state.values}, scratch_) != SQLITE_OK)
    return std::unexpected(connection_.failure());
  const int code = sqlite3_step(statement.get());
  if (code == SQLITE_DONE) return {};
  if (code != SQLITE_ROW) return std::unexpected(connection_.failure());
  return std::unexpected(step_error(state.program.steps[index]));
}

result<void> ProgramRunner::link(State& state, size_t index) {
  const Step& step = state.program.steps[index];
  const RowBlock& block = state.params.blocks[step.block];
  const Prepared& statement = *state.prepared.steps[index].main;
  for (uint32_t row = 0; row < block.rows; ++row) {
    TRIVET_TRY(const auto cells, resolve_row(state, row_of(block, 2, row)));
    const StatementUse use(statement.get());
    if (statement.bind({.cells = cells}, scratch_) != SQLITE_OK)
      return std::unexpected(connection_.failure());
    if (sqlite3_step(statement.get()) != SQLITE_DONE)
      return std::unexpected(
          explain_failure(connection_, {*state.program.schema, step, cells, state.values}));
    state.steps[index].affected += sqlite3_changes64(connection_.db());
  }
  return {};
}

}  // namespace trivet::store::sqlite
