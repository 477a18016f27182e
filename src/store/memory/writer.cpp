#include "store/memory/writer.h"

#include <algorithm>
#include <utility>

#include "store/store.h"
#include "value/copy.h"
#include "value/decimal.h"

namespace trivet::store::memory {

result<WriteResult> Writer::run() {
  WriteResult result;
  values_ = params_.values;
  done_.resize(program_.steps.size());
  for (size_t i = 0; i < program_.steps.size(); ++i) {
    const Step& step = program_.steps[i];
    const bool returning = static_cast<int>(i) == program_.returning_step;
    TRIVET_CHECK(resolve_params());
    done_[i].model = step.model;
    if (returning && step.kind == StepKind::delete_) {
      TRIVET_TRY(const std::vector<RowPointer> rows, matching(step));
      Done before;
      for (const RowPointer& row : rows) before.rows.push_back(row->id);
      TRIVET_CHECK(answer(step, before, result));
    }
    TRIVET_CHECK(run_step(step, done_[i]));
    TRIVET_CHECK(check_foreign_keys());
    if (stopped_) break;
  }
  if (program_.returning_step < 0) return result;
  const Step& step = program_.steps[program_.returning_step];
  const Done& done = done_[program_.returning_step];
  result.affected = static_cast<int64_t>(std::max(done.rows.size(), done.deleted.size()));
  result.inserted = done.inserted;
  if (step.kind != StepKind::delete_) TRIVET_CHECK(answer(step, done, result));
  if (program_.returning && program_.returning->where) result.affected = result.rows.batch.rows;
  if (program_.singular && result.affected != 1)
    return fail(ErrorCode::not_singular, "Cannot coerce the result to a single JSON object",
                "The result contains " + std::to_string(result.affected) + " rows");
  return result;
}

result<void> Writer::run_step(const Step& step, Done& done) {
  switch (step.kind) {
    case StepKind::insert:
      return insert(step, done);
    case StepKind::upsert:
      return upsert(step, done);
    case StepKind::update:
      return update(step, done);
    case StepKind::delete_:
      return delete_rows(step, done);
    case StepKind::find:
      return find(step, done);
    case StepKind::forbid:
      return forbid(step);
    case StepKind::check:
      return check(step);
    case StepKind::link:
    case StepKind::unlink:
      return link(step);
  }
  return {};
}

result<void> Writer::answer(const Step& step, const Done& done, WriteResult& to) {
  if (!program_.returning) return {};
  std::vector<RowPointer> kept;
  std::vector<RowScope> rows;
  for (uint64_t id : done.rows)
    if (RowPointer row = database_.find(step.model, id)) kept.push_back(std::move(row));
  for (const RowPointer& row : kept) rows.push_back({step.model, row->cells});
  Reader reader(database_, values_, to.rows.arena);
  TRIVET_TRY(to.rows.batch, reader.read(*program_.returning, std::move(rows), nullptr));
  return {};
}

result<Value> Writer::resolve(Value value) const {
  if (value.kind() != ValueKind::reference) return value;
  const uint32_t step = value.reference_step();
  TRIVET_ASSERT(step < done_.size() && value.reference_row() < done_[step].rows.size());
  const Done& done = done_[step];
  const RowPointer row = database_.find(done.model, done.rows[value.reference_row()]);
  if (row == nullptr) return Value();
  return row->cells[database_.model(done.model).fields[value.reference_field()].column];
}

// References among the values to steps that have run; the others stay.
result<void> Writer::resolve_params() {
  for (size_t i = 0; i < values_.size(); ++i) {
    if (params_.values[i].kind() != ValueKind::reference) continue;
    const uint32_t step = params_.values[i].reference_step();
    if (done_[step].rows.empty()) continue;
    TRIVET_TRY(const Value value, resolve(params_.values[i]));
    values_[i] = copy_value(value, arena_);
  }
  return {};
}

// A row of the step's block by columns of its table.
result<Writer::Cells> Writer::block_row(const Step& step, uint32_t row) {
  const schema::Model& table = database_.model(step.model);
  const RowBlock& block = params_.blocks[step.block];
  Cells cells(table.columns.size());
  for (size_t i = 0; i < step.fields.size(); ++i) {
    TRIVET_TRY(const Value value, resolve(block.cells[row * step.fields.size() + i]));
    cells[table.fields[step.fields[i]].column] = copy_value(value, arena_);
  }
  return cells;
}

// Decimals without a declared scale are kept without the zeros behind their fraction
// (docs/decisions/0002).
void Writer::drop_scales(int model, Cells& cells) const {
  const schema::Model& table = database_.model(model);
  for (int index : table.columns) {
    const schema::Field& field = table.fields[index];
    Value& cell = cells[field.column];
    if (cell.kind() == ValueKind::numeric && field.native.arguments.size() < 2)
      cell = Value::numeric(strip_numeric_zeros(cell.as_text()));
  }
}

// The next number for the column that counts up, or the highest seen.
void Writer::count_up(int model, Cells& cells) {
  const schema::Model& table = database_.model(model);
  for (int column : table.columns) {
    const schema::Field& field = table.fields[column];
    const bool integer =
        field.type == schema::ScalarType::int_ || field.type == schema::ScalarType::bigint;
    // On SQLite such a key counts up without being told.
    const bool sole_key = schema_.datasource.provider == schema::Provider::sqlite &&
                          table.primary_key && table.primary_key->columns.size() == 1 && field.is_id;
    const bool counts =
        field.default_value.kind == schema::DefaultKind::autoincrement || (integer && sole_key);
    if (!counts) continue;
    int64_t& last = database_.tables[model].last_number;
    Value& cell = cells[field.column];
    if (cell.is_null()) cell = Value::integer(last + 1);
    last = std::max(last, cell.as_integer());
  }
}

result<void> Writer::insert_row(int model, Cells cells, Done& done) {
  // This store knows no defaults of SQL: what the database would fill in is null.
  for (Value& cell : cells)
    if (cell.kind() == ValueKind::absent) cell = Value();
  count_up(model, cells);
  drop_scales(model, cells);
  TRIVET_CHECK(check_not_null(model, cells));
  TRIVET_CHECK(check_unique(model, cells, 0));
  const uint64_t id = database_.next_row_id++;
  database_.tables[model].rows.push_back(make_row(id, cells));
  done.rows.push_back(id);
  ++done.inserted;
  return {};
}

result<void> Writer::insert(const Step& step, Done& done) {
  for (uint32_t row = 0; row < params_.blocks[step.block].rows; ++row) {
    TRIVET_TRY(Cells cells, block_row(step, row));
    TRIVET_CHECK(insert_row(step.model, std::move(cells), done));
  }
  return {};
}

result<void> Writer::upsert(const Step& step, Done& done) {
  const schema::Model& table = database_.model(step.model);
  for (uint32_t row = 0; row < params_.blocks[step.block].rows; ++row) {
    TRIVET_TRY(Cells cells, block_row(step, row));
    const RowPointer* known = find_equal(step.model, step.conflict_fields, cells, 0);
    if (known == nullptr) {
      TRIVET_CHECK(insert_row(step.model, std::move(cells), done));
      continue;
    }
    if (step.update_fields.empty()) continue;
    const RowPointer old = *known;
    if (step.conflict_where) {
      Reader reader(database_, values_, arena_);
      TRIVET_TRY(const bool allowed, reader.holds(*step.conflict_where, {step.model, old->cells}));
      if (!allowed) return std::unexpected(*step.error);
    }
    Cells changed = old->cells;
    for (int field : step.update_fields) {
      const Value cell = cells[table.fields[field].column];
      if (cell.kind() != ValueKind::absent) changed[table.fields[field].column] = cell;
    }
    TRIVET_CHECK(replace_row(step.model, old, changed));
    done.before.push_back(old);
    done.rows.push_back(old->id);
    done.updated.push_back(old->id);
  }
  return {};
}

result<std::vector<RowPointer>> Writer::matching(const Step& step) {
  std::vector<RowPointer> rows;
  Reader reader(database_, values_, arena_);
  for (const RowPointer& row : database_.tables[step.model].rows) {
    bool wanted = true;
    if (step.where) {
      TRIVET_TRY(wanted, reader.holds(*step.where, {step.model, row->cells}));
    }
    if (wanted) rows.push_back(row);
  }
  if (step.rows_max != 0 && rows.size() > step.rows_max)
    return fail(ErrorCode::max_affected, "Query result exceeds max-affected preference constraint",
                "The query affects " + std::to_string(rows.size()) + " rows");
  return rows;
}

result<void> Writer::replace_row(int model, const RowPointer& old, Cells cells) {
  drop_scales(model, cells);
  TRIVET_CHECK(check_not_null(model, cells));
  TRIVET_CHECK(check_unique(model, cells, old->id));
  std::vector<RowPointer>& rows = database_.tables[model].rows;
  const auto at = std::ranges::find(rows, old->id, &Row::id);
  TRIVET_ASSERT(at != rows.end());
  const RowPointer made = make_row(old->id, cells);
  *at = made;
  replaced_.push_back(old);
  return follow_update(model, old, made->cells);
}

result<void> Writer::update(const Step& step, Done& done) {
  const schema::Model& table = database_.model(step.model);
  TRIVET_TRY(const std::vector<RowPointer> rows, matching(step));
  std::vector<Cells> changed;
  Reader reader(database_, values_, arena_);
  for (const RowPointer& row : rows) {
    Cells& cells = changed.emplace_back(row->cells);
    for (size_t i = 0; i < step.fields.size(); ++i) {
      TRIVET_TRY(const Value value, reader.value_of(step.values[i], {step.model, row->cells}));
      cells[table.fields[step.fields[i]].column] = value;
    }
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    TRIVET_CHECK(replace_row(step.model, rows[i], changed[i]));
    done.before.push_back(rows[i]);
    done.rows.push_back(rows[i]->id);
  }
  return {};
}

result<void> Writer::delete_rows(const Step& step, Done& done) {
  TRIVET_TRY(const std::vector<RowPointer> rows, matching(step));
  for (const RowPointer& row : rows) {
    // It may have gone with a row that it pointed at, and counts all the same.
    done.deleted.push_back(row);
    TRIVET_CHECK(remove_row(step.model, row));
  }
  return {};
}

result<void> Writer::find(const Step& step, Done& done) {
  TRIVET_TRY(const std::vector<RowPointer> rows, matching(step));
  stopped_ = rows.empty() && step.if_none == IfNone::stop;
  if (stopped_) return {};
  if (rows.size() != 1) return std::unexpected(*step.error);
  done.rows.push_back(rows[0]->id);
  return {};
}

result<void> Writer::forbid(const Step& step) {
  TRIVET_TRY(const std::vector<RowPointer> rows, matching(step));
  if (rows.empty()) return {};
  return std::unexpected(*step.error);
}

result<void> Writer::check_given(const Step& step) {
  Reader reader(database_, values_, arena_);
  for (uint32_t row = 0; row < params_.blocks[step.block].rows; ++row) {
    TRIVET_TRY(Cells cells, block_row(step, row));
    for (Value& cell : cells)
      if (cell.kind() == ValueKind::absent) cell = Value();
    TRIVET_TRY(const bool holds, reader.holds(*step.where, {step.model, cells}));
    if (!holds) return std::unexpected(*step.error);
  }
  return {};
}

result<void> Writer::check(const Step& step) {
  if (step.rows == CheckRows::given) return check_given(step);
  Reader reader(database_, values_, arena_);
  const Done& written = done_[step.of];
  for (uint64_t id : step.rows == CheckRows::updated ? written.updated : written.rows) {
    const RowPointer row = database_.find(step.model, id);
    if (row == nullptr) continue;
    const auto old = std::ranges::find(written.before, id, [](const auto& one) { return one->id; });
    if (old != written.before.end()) reader.set_before((*old)->cells);
    TRIVET_TRY(const bool holds, reader.holds(*step.where, {step.model, row->cells}));
    if (!holds) return std::unexpected(*step.error);
  }
  return {};
}

result<void> Writer::link(const Step& step) {
  const schema::Relation& relation = schema_.relations[step.relation];
  std::vector<RowPointer>& pairs = database_.joins[step.relation];
  const RowBlock& block = params_.blocks[step.block];
  const schema::Field& a = database_.model(relation.model[0]).fields[relation.from_fields[0]];
  const schema::Field& b = database_.model(relation.model[1]).fields[relation.to_fields[0]];
  for (uint32_t row = 0; row < block.rows; ++row) {
    TRIVET_TRY(const Value left, resolve(block.cells[row * 2]));
    TRIVET_TRY(const Value right, resolve(block.cells[row * 2 + 1]));
    const auto same = [&](const RowPointer& pair) {
      return cells_equal(schema_, a, pair->cells[0], left) &&
             cells_equal(schema_, b, pair->cells[1], right);
    };
    if (step.kind == StepKind::unlink)
      std::erase_if(pairs, same);
    else if (std::ranges::none_of(pairs, same))
      pairs.push_back(make_row(database_.next_row_id++, std::vector<Value>{left, right}));
  }
  return {};
}

}  // namespace trivet::store::memory
