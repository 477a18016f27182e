// The steps of a program, one function each.
#include <algorithm>
#include <bit>

#include "store/mysql/errors.h"
#include "store/mysql/write/program.h"

namespace trivet::store::mysql {

namespace {

constexpr uint32_t rows_max = 256;       // of one INSERT
constexpr size_t cells_max = 8192;       // of one INSERT
constexpr size_t checked_rows_max = 4096;

Error step_error(const Step& step) {
  if (step.error) return *step.error;
  return Error(ErrorCode::permission_denied, "permission denied");
}

Value cell_of(const Step& step, const std::vector<Value>& cells, int field) {
  const auto at = std::ranges::find(step.fields, field);
  return at == step.fields.end() ? Value::absent()
                                 : cells[static_cast<size_t>(at - step.fields.begin())];
}

// Left to the database. A null for a column that counts up is meant so too, as on SQLite.
bool takes_default(const schema::Field& field, const Value& cell) {
  if (cell.kind() == ValueKind::absent) return true;
  return cell.is_null() && field.default_value.kind == schema::DefaultKind::autoincrement;
}

bool is_unique_key(const schema::Model& model, const std::vector<int>& fields) {
  const auto matches = [&](const schema::Key& key) {
    return key.where_sql.empty() && key.columns.size() == fields.size() &&
           std::ranges::all_of(key.columns, [&](const schema::KeyColumn& column) {
             return std::ranges::find(fields, column.field) != fields.end();
           });
  };
  return (model.primary_key && matches(*model.primary_key)) ||
         std::ranges::any_of(model.uniques, matches);
}

// True if deleting a row of the model can take others of the same model with it.
bool cascades_to_itself(const schema::Schema& schema, int model) {
  std::vector<int> reached{model};
  for (size_t next = 0; next < reached.size(); ++next)
    for (const schema::Relation& relation : schema.relations) {
      if (relation.kind == schema::RelationKind::many_to_many ||
          relation.on_delete != schema::ReferentialAction::cascade ||
          relation.model[1] != reached[next])
        continue;
      if (relation.model[0] == model) return true;
      if (std::ranges::find(reached, relation.model[0]) == reached.end())
        reached.push_back(relation.model[0]);
    }
  return false;
}

}  // namespace

// MariaDB looks at foreign keys row by row: rows that others of the block point to go first.
std::vector<uint32_t> ProgramRun::order_of_rows(const Step& step) const {
  const RowBlock& block = params_.blocks[step.block];
  std::vector<uint32_t> order;
  for (uint32_t row = 0; row < block.rows; ++row) order.push_back(row);
  for (const schema::Relation& relation : program_.schema->relations) {
    if (relation.kind == schema::RelationKind::many_to_many || relation.model[0] != step.model ||
        relation.model[1] != step.model || block.rows < 2)
      continue;
    const auto key_at = [&](const std::vector<int>& fields, uint32_t row) {
      std::vector<Value> key;
      for (const int field : fields) {
        const auto at = std::ranges::find(step.fields, field);
        if (at == step.fields.end()) return std::string();
        key.push_back(resolve(block.cells[row * step.fields.size() +
                                          static_cast<size_t>(at - step.fields.begin())]));
        if (key.back().is_null() || key.back().kind() == ValueKind::absent) return std::string();
      }
      return key_text(key);
    };
    std::set<std::string> here;
    for (const uint32_t row : order) here.insert(key_at(relation.to_fields, row));
    here.erase("");
    // What is left when nothing more can go points in a circle.
    std::vector<uint32_t> sorted;
    std::vector<uint32_t> left = order;
    for (bool moved = true; moved && !left.empty();) {
      moved = false;
      std::vector<uint32_t> waiting;
      for (const uint32_t row : left) {
        const std::string parent = key_at(relation.from_fields, row);
        const std::string own = key_at(relation.to_fields, row);
        if (!parent.empty() && parent != own && here.contains(parent)) {
          waiting.push_back(row);
          continue;
        }
        sorted.push_back(row);
        here.erase(own);
        moved = true;
      }
      left = std::move(waiting);
    }
    sorted.insert(sorted.end(), left.begin(), left.end());
    order = std::move(sorted);
  }
  return order;
}

task<result<void>> ProgramRun::insert(size_t index) {
  const Step& step = program_.steps[index];
  const RowBlock& block = params_.blocks[step.block];
  const schema::Model& model = program_.schema->models[step.model];
  const size_t width = step.fields.size();
  written_[index].rows.resize(written_[index].fields.empty() ? 0 : block.rows);
  const std::vector<uint32_t> order = order_of_rows(step);
  const auto defaults_of = [&](uint32_t row) {
    std::vector<bool> defaults;
    for (size_t i = 0; i < width; ++i)
      defaults.push_back(
          takes_default(model.fields[step.fields[i]], resolve(block.cells[row * width + i])));
    return defaults;
  };
  for (size_t start = 0; start < order.size();) {
    const std::vector<bool> defaults = defaults_of(order[start]);
    size_t end = start + 1;
    while (end < order.size() && defaults_of(order[end]) == defaults) ++end;
    // Few sizes, so that few texts are prepared.
    const size_t most = std::max<size_t>(1, cells_max / std::max<size_t>(width, 1));
    while (start < end) {
      const size_t rows = std::bit_floor(std::min({end - start, most, size_t{rows_max}}));
      result<void> done =
          co_await insert_rows(index, std::span(order).subspan(start, rows), defaults);
      if (!done) co_return done;
      start += rows;
    }
  }
  written_[index].affected = written_[index].inserted = block.rows;
  co_return result<void>();
}

task<result<void>> ProgramRun::insert_rows(size_t index, std::span<const uint32_t> rows,
                                           const std::vector<bool>& defaults) {
  const Step& step = program_.steps[index];
  const schema::Model& model = program_.schema->models[step.model];
  Written& written = written_[index];
  std::vector<Row> given;
  std::vector<Value> cells;
  for (const uint32_t row : rows) {
    given.push_back(row_of(params_.blocks[step.block], step.fields.size(), row));
    for (size_t i = 0; i < step.fields.size(); ++i)
      if (!defaults[i]) cells.push_back(given.back()[i]);
  }
  // Also what was given: a column may have kept it otherwise.
  std::vector<Type> columns;
  for (const int field : written.fields) columns.push_back(field_type(model.fields[field]));
  const std::unique_ptr<bool[]> flags(new bool[defaults.size() + 1]);
  std::ranges::copy(defaults, flags.get());
  const sql::Statement statement = render_insert(
      *program_.schema, {step.model, step.fields, {flags.get(), defaults.size()},
                         static_cast<uint32_t>(rows.size()), written.fields});
  result<Answer> answer = co_await execute(statement, columns, {.cells = cells});
  if (!answer) {
    Error error = co_await explain(std::move(answer).error(), index, std::move(given));
    co_return std::unexpected(std::move(error));
  }
  if (written.fields.empty()) co_return result<void>();
  for (size_t row = 0; row < rows.size(); ++row) {
    const auto made = std::span(answer->cells).subspan(row * columns.size(), columns.size());
    written.rows[rows[row]].assign(made.begin(), made.end());
  }
  co_return result<void>();
}

task<result<void>> ProgramRun::upsert(size_t index) {
  const Step& step = program_.steps[index];
  const schema::Model& model = program_.schema->models[step.model];
  if (!is_unique_key(model, step.conflict_fields))
    co_return fail(
        ErrorCode::no_conflict_target,
        "there is no unique or exclusion constraint matching the ON CONFLICT specification");
  Written& written = written_[index];
  // The keys tell whether a row was met before.
  for (const int key : key_fields(model)) need(index, key);
  std::set<std::string> touched;
  for (const uint32_t row : order_of_rows(step)) {
    const Row cells = row_of(params_.blocks[step.block], step.fields.size(), row);
    result<bool> found = co_await update_found(index, cells, touched);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (*found) continue;
    std::vector<bool> defaults;
    for (size_t i = 0; i < cells.size(); ++i)
      defaults.push_back(takes_default(model.fields[step.fields[i]], cells[i]));
    std::vector<Row> before_rows = std::move(written.rows);
    written.rows.assign(params_.blocks[step.block].rows, {});
    const std::vector<uint32_t> one{row};
    result<void> inserted = co_await insert_rows(index, one, defaults);
    Row made = inserted ? std::move(written.rows[row]) : Row();
    written.rows = std::move(before_rows);
    if (!inserted && inserted.error().code == ErrorCode::unique_violation) {
      // If somebody else made the row since the snapshot, looking again says so (1020).
      const result<bool> again = co_await update_found(index, cells, touched);
      if (!again && may_repeat_number()) co_return std::unexpected(again.error());
    }
    if (!inserted) co_return inserted;
    const std::span<const Value> key(made.data(), key_fields(model).size());
    touched.insert(key_text(key));
    written.rows.push_back(std::move(made));
    written.updated.push_back(false);
    if (written.looks_back) written.before.emplace_back(model.columns.size(), Value());
    ++written.affected;
    ++written.inserted;
  }
  co_return result<void>();
}

// True if a row with the key was there.
task<result<bool>> ProgramRun::update_found(size_t index, const Row& cells,
                                            std::set<std::string>& touched) {
  const Step& step = program_.steps[index];
  const schema::Model& model = program_.schema->models[step.model];
  Written& written = written_[index];
  std::vector<Value> conflict;
  for (const int field : step.conflict_fields) {
    const Value cell = cell_of(step, cells, field);
    // Null equals nothing, and what the database will make is new.
    if (cell.is_null() || cell.kind() == ValueKind::absent) co_return false;
    conflict.push_back(cell);
  }
  RowsShape probe{.model = step.model, .fields = written.fields, .key = step.conflict_fields,
                  .lock = Lock::update};
  if (written.looks_back)
    probe.fields.insert(probe.fields.end(), model.columns.begin(), model.columns.end());
  if (step.conflict_where) probe.values.push_back(*step.conflict_where);
  const Select select = render_rows(*program_.schema, probe);
  result<Answer> found = co_await execute(select.statement, select.columns, {.cells = conflict});
  if (!found) co_return std::unexpected(std::move(found).error());
  if (found->rows == 0) co_return false;
  if (step.update_fields.empty()) co_return true;
  if (step.conflict_where && !found->cells.back().as_boolean())
    co_return std::unexpected(step_error(step));
  const std::vector<int> keys = key_fields(model);
  const std::span<const Value> all(found->cells);
  if (!touched.insert(key_text(all.first(keys.size()))).second)
    co_return fail(ErrorCode::cardinality_violation,
                   "ON CONFLICT DO UPDATE command cannot affect row a second time", {},
                   "Ensure that no rows proposed for insertion within the same command have "
                   "duplicate constrained values.");
  Row now(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(written.fields.size()));
  std::vector<int> set;
  std::vector<Value> values;
  for (const int field : step.update_fields) {
    const Value cell = cell_of(step, cells, field);
    if (cell.kind() == ValueKind::absent) continue;
    set.push_back(field);
    values.push_back(cell);
    const auto at = std::ranges::find(written.fields, field);
    if (at != written.fields.end()) now[static_cast<size_t>(at - written.fields.begin())] = cell;
  }
  if (!set.empty()) {
    for (size_t i = 0; i < keys.size(); ++i) values.push_back(all[i]);
    const sql::Statement update = render_update_row(*program_.schema, step.model, set);
    result<Answer> updated = co_await execute(update, {}, {.cells = values});
    if (!updated) {
      std::vector<Row> rows{cells};
      Error error = co_await explain(std::move(updated).error(), index, std::move(rows));
      co_return std::unexpected(std::move(error));
    }
  }
  if (written.looks_back) {
    const auto before = all.subspan(written.fields.size(), model.columns.size());
    written.before.emplace_back(before.begin(), before.end());
  }
  touched.insert(key_text(std::span<const Value>(now).first(keys.size())));
  written.rows.push_back(std::move(now));
  written.updated.push_back(true);
  ++written.affected;
  const bool moved = std::ranges::any_of(
      keys, [&](int key) { return std::ranges::find(set, key) != set.end(); });
  if (moved) {
    result<void> same = co_await find_written(index, written.rows.size() - 1);
    if (!same) co_return std::unexpected(std::move(same).error());
  }
  co_return true;
}

// The rows that an update will change: what they are now, and the keys that they will have.
task<result<void>> ProgramRun::remember_matching(size_t index) {
  const Step& step = program_.steps[index];
  const schema::Model& model = program_.schema->models[step.model];
  Written& written = written_[index];
  RowsShape shape{.model = step.model, .where = step.where ? &*step.where : nullptr,
                  .lock = Lock::update};
  std::vector<size_t> places;  // of the wanted fields among the columns of the answer
  for (const int field : written.fields) {
    const auto set = std::ranges::find(step.fields, field);
    if (set == step.fields.end()) {
      places.push_back(shape.fields.size());
      shape.fields.push_back(field);
    } else {
      places.push_back(SIZE_MAX);
    }
  }
  const size_t before_at = shape.fields.size();
  if (written.looks_back)
    shape.fields.insert(shape.fields.end(), model.columns.begin(), model.columns.end());
  size_t value_at = shape.fields.size();
  for (size_t i = 0; i < written.fields.size(); ++i) {
    if (places[i] != SIZE_MAX) continue;
    const auto set = std::ranges::find(step.fields, written.fields[i]);
    Expr value = step.values[static_cast<size_t>(set - step.fields.begin())];
    value.type = field_type(model.fields[written.fields[i]]);
    shape.values.push_back(std::move(value));
    places[i] = value_at++;
  }
  const Select select = render_rows(*program_.schema, shape);
  result<Answer> found = co_await execute(select.statement, select.columns, {});
  if (!found) co_return std::unexpected(std::move(found).error());
  const size_t width = select.columns.size();
  for (uint32_t row = 0; row < found->rows; ++row) {
    const std::span<const Value> cells = std::span(found->cells).subspan(row * width, width);
    Row& made = written.rows.emplace_back();
    for (const size_t place : places) made.push_back(cells[place]);
    if (!written.looks_back) continue;
    const auto before = cells.subspan(before_at, model.columns.size());
    written.before.emplace_back(before.begin(), before.end());
  }
  co_return result<void>();
}

// That the rows from `first` on are there by the keys that they were given: a column that keeps a key
// otherwise, in fewer digits, say, would hide its row from the checks that follow.
task<result<void>> ProgramRun::find_written(size_t index, size_t first) {
  const Written& written = written_[index];
  const Select select = render_present(*program_.schema, program_.steps[index].model);
  for (size_t start = first; start < written.rows.size(); start += checked_rows_max) {
    std::vector<size_t> rows;
    for (size_t row = start; row < std::min(written.rows.size(), start + checked_rows_max); ++row)
      rows.push_back(row);
    const std::vector<Value> keys = keys_of(index, rows);
    std::set<std::string> distinct;
    for (size_t row = 0; row < rows.size(); ++row) {
      Row key;
      for (const Value& list : keys) key.push_back(list.as_list()[row]);
      distinct.insert(key_text(key));
    }
    result<Answer> found = co_await execute(select.statement, select.columns, {.rows = keys});
    if (!found) co_return std::unexpected(std::move(found).error());
    if (found->rows != distinct.size())
      co_return fail(ErrorCode::check_violation, "the database keeps another key than the one given",
                     "The key's column has fewer digits or another form.",
                     "send the key as the column keeps it");
  }
  co_return result<void>();
}

task<result<void>> ProgramRun::change(size_t index) {
  const Step& step = program_.steps[index];
  Written& written = written_[index];
  const bool deletes = step.kind == StepKind::delete_;
  if (!deletes && (!written.fields.empty() || written.looks_back)) {
    result<void> remembered = co_await remember_matching(index);
    if (!remembered) co_return remembered;
  }
  std::optional<int64_t> matching;
  if (deletes && cascades_to_itself(*program_.schema, step.model)) {
    Level level;
    level.model = step.model;
    level.where = step.where;
    const Select count = render_count(*program_.schema, level);
    result<Answer> counted = co_await execute(count.statement, count.columns, {});
    if (!counted) co_return std::unexpected(std::move(counted).error());
    matching = counted->cells.front().as_integer();
  }
  const sql::Statement statement =
      deletes ? render_delete(*program_.schema, step) : render_update(*program_.schema, step);
  result<Answer> changed = co_await execute(statement, {}, {});
  if (!changed) {
    Error error = co_await explain(std::move(changed).error(), index, {});
    co_return std::unexpected(std::move(error));
  }
  written.affected = matching.value_or(changed->affected);
  const std::vector<int> keys = key_fields(program_.schema->models[step.model]);
  const bool moved = !written.rows.empty() && std::ranges::any_of(keys, [&](int key) {
    return std::ranges::find(step.fields, key) != step.fields.end();
  });
  if (moved) {
    result<void> same = co_await find_written(index, 0);
    if (!same) co_return same;
  }
  if (step.rows_max == 0 || static_cast<uint64_t>(written.affected) <= step.rows_max)
    co_return result<void>();
  co_return fail(ErrorCode::max_affected, "Query result exceeds max-affected preference constraint",
                 "The query affects " + std::to_string(written.affected) + " rows");
}

task<result<void>> ProgramRun::find(size_t index) {
  const Step& step = program_.steps[index];
  Written& written = written_[index];
  const Select select =
      render_rows(*program_.schema, {.model = step.model,
                                     .fields = written.fields,
                                     .where = step.where ? &*step.where : nullptr,
                                     .limit = 2});
  result<Answer> found = co_await execute(select.statement, select.columns, {});
  if (!found) co_return std::unexpected(std::move(found).error());
  written.affected = found->rows;
  stopped_ = found->rows == 0 && step.if_none == IfNone::stop;
  if (stopped_) co_return result<void>();
  if (found->rows != 1) co_return std::unexpected(step_error(step));
  if (!written.fields.empty()) written.rows.push_back(std::move(found->cells));
  co_return result<void>();
}

task<result<void>> ProgramRun::forbid(size_t index) {
  const Step& step = program_.steps[index];
  const Select select =
      render_rows(*program_.schema,
                  {.model = step.model, .where = step.where ? &*step.where : nullptr, .limit = 1});
  result<Answer> found = co_await execute(select.statement, select.columns, {});
  if (!found) co_return std::unexpected(std::move(found).error());
  if (found->rows != 0) co_return std::unexpected(step_error(step));
  co_return result<void>();
}

task<result<void>> ProgramRun::check(size_t index) {
  const Step& step = program_.steps[index];
  if (step.rows == CheckRows::given) co_return co_await check_given(index);
  if (!step.where) co_return result<void>();
  if (names_before(*step.where)) co_return co_await check_changed(index);
  const auto of = static_cast<size_t>(step.of);
  std::vector<size_t> rows;
  for (size_t row = 0; row < written_[of].rows.size(); ++row)
    if (step.rows != CheckRows::updated || written_[of].updated[row]) rows.push_back(row);
  const Select select = render_check(*program_.schema, program_.steps[of].model, *step.where);
  for (size_t start = 0; start < rows.size(); start += checked_rows_max) {
    const auto some =
        std::span(rows).subspan(start, std::min(checked_rows_max, rows.size() - start));
    const std::vector<Value> keys = keys_of(of, some);
    result<Answer> wrong = co_await execute(select.statement, select.columns, {.rows = keys});
    if (!wrong) co_return std::unexpected(std::move(wrong).error());
    if (wrong->rows != 0) co_return std::unexpected(step_error(step));
  }
  co_return result<void>();
}

task<result<void>> ProgramRun::check_given(size_t index) {
  const Step& step = program_.steps[index];
  const RowBlock& block = params_.blocks[step.block];
  const Select select = render_check_given(*program_.schema, step);
  for (uint32_t row = 0; row < block.rows; ++row) {
    Row cells = row_of(block, step.fields.size(), row);
    for (Value& cell : cells)
      if (cell.kind() == ValueKind::absent) cell = Value();
    result<Answer> wrong = co_await execute(select.statement, select.columns, {.cells = cells});
    if (!wrong) co_return std::unexpected(std::move(wrong).error());
    if (wrong->rows != 0) co_return std::unexpected(step_error(step));
  }
  co_return result<void>();
}

task<result<void>> ProgramRun::check_changed(size_t index) {
  const Step& step = program_.steps[index];
  const auto of = static_cast<size_t>(step.of);
  const Written& written = written_[of];
  const Select select =
      render_check_changed(*program_.schema, program_.steps[of].model, *step.where);
  for (size_t row = 0; row < written.before.size(); ++row) {
    if (step.rows == CheckRows::updated && !written.updated[row]) continue;
    Row cells{Value()};
    cells.insert(cells.end(), written.before[row].begin(), written.before[row].end());
    const std::vector<size_t> one{row};
    for (const Value& list : keys_of(of, one)) cells.push_back(list.as_list().front());
    result<Answer> wrong = co_await execute(select.statement, select.columns, {.cells = cells});
    if (!wrong) co_return std::unexpected(std::move(wrong).error());
    if (wrong->rows != 0) co_return std::unexpected(step_error(step));
  }
  co_return result<void>();
}

task<result<void>> ProgramRun::link(size_t index) {
  const Step& step = program_.steps[index];
  const RowBlock& block = params_.blocks[step.block];
  const sql::Statement statement = render_link(*program_.schema, step);
  for (uint32_t row = 0; row < block.rows; ++row) {
    const Row cells = row_of(block, 2, row);
    result<Answer> done = co_await execute(statement, {}, {.cells = cells});
    if (!done) {
      std::vector<Row> rows{cells};
      Error error = co_await explain(std::move(done).error(), index, std::move(rows));
      co_return std::unexpected(std::move(error));
    }
    written_[index].affected += done->affected;
  }
  co_return result<void>();
}

}  // namespace trivet::store::mysql
