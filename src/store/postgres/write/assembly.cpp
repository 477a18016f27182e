// Which commands a program's next exchange holds.
#include <algorithm>

#include "store/postgres/bind.h"
#include "store/postgres/write/program.h"
#include "store/postgres/write/statements.h"
#include "store/sql/render_nested.h"

namespace trivet::store::postgres {

namespace {

// Left to the database. A null for a column that counts up is meant so too, as on SQLite.
bool takes_default(const schema::Field& field, const Value& cell) {
  if (cell.kind() == ValueKind::absent) return true;
  return cell.is_null() && field.default_value.kind == schema::DefaultKind::autoincrement;
}

bool has_defaults(const schema::Model& model, const Step& step, const RowBlock& block) {
  for (size_t i = 0; i < block.cells.size(); ++i)
    if (takes_default(model.fields[step.fields[i % step.fields.size()]], block.cells[i]))
      return true;
  return false;
}

}  // namespace

std::optional<Value> ProgramRun::resolve(Value value) const {
  if (value.kind() != ValueKind::reference) return value;
  const uint32_t index = value.reference_step();
  const auto field = static_cast<int>(value.reference_field());
  const Written& written = written_[index];
  if (written.done) {
    const auto at = std::ranges::find(written.fields, field);
    if (at == written.fields.end() || value.reference_row() >= written.rows.size()) return Value();
    return written.rows[value.reference_row()][static_cast<size_t>(at - written.fields.begin())];
  }
  // What an insert was told is known without asking.
  const Step& step = program_.steps[index];
  const auto at = std::ranges::find(step.fields, field);
  if (step.kind != StepKind::insert || at == step.fields.end()) return std::nullopt;
  const size_t position =
      value.reference_row() * step.fields.size() + static_cast<size_t>(at - step.fields.begin());
  const Value cell = params_.blocks[step.block].cells[position];
  if (takes_default(program_.schema->models[step.model].fields[field], cell)) return std::nullopt;
  return resolve(cell);
}

bool ProgramRun::is_known(Value value) const { return resolve(value).has_value(); }

result<void> ProgramRun::add(sql::Statement statement, Sent sent, std::span<const Value> cells,
                             std::span<const Value> rows) {
  std::vector<Value> values = params_.values;
  for (Value& value : values) value = resolve(value).value_or(Value());
  TRIVET_TRY(Command command,
             make_command(std::make_shared<const sql::Statement>(std::move(statement)),
                          {.params = values, .cells = cells, .rows = rows}));
  commands_.push_back(std::move(command));
  sent_.push_back(sent);
  return {};
}

void ProgramRun::add_control(const char* text) {
  commands_.push_back(plain_command(text));
  sent_.push_back({Part::control, program_.steps.size(), 0});
}

// False if the step needs what isn't here yet.
result<bool> ProgramRun::try_add_step(size_t index) {
  const Step& step = program_.steps[index];
  // Whether the program goes on is known when such a find is answered.
  const bool may_stop = std::ranges::any_of(
      undecided_, [&](size_t earlier) { return program_.steps[earlier].if_none == IfNone::stop; });
  if (may_stop) return false;
  const StepText text = text_of(step, index);
  const Sent sent{Part::step, index, 0};
  if (step.block >= 0) {
    const auto known = [&](const Value& cell) { return is_known(cell); };
    if (!std::ranges::all_of(params_.blocks[step.block].cells, known)) return false;
  }
  if (step.kind == StepKind::check) {
    TRIVET_TRY(const bool added, try_add_check(index));
    if (!added) return false;
  } else if (step.block >= 0) {
    TRIVET_CHECK(add_rows(index));
  } else {
    sql::Statement statement = step.kind == StepKind::update    ? render_update(text)
                               : step.kind == StepKind::delete_ ? render_delete(text)
                                                                : render_find(text);
    if (uses_unknown(statement)) return false;
    const bool returns = static_cast<int>(index) == program_.returning_step;
    if (returns && program_.returning && step.kind == StepKind::delete_)
      TRIVET_CHECK(add_delete_read(index));
    TRIVET_CHECK(add(std::move(statement), sent, {}, {}));
  }
  if (decides(step)) undecided_.push_back(index);
  return true;
}

bool ProgramRun::uses_unknown(const sql::Statement& statement) const {
  return std::ranges::any_of(statement.bindings, [&](const sql::Binding& binding) {
    const bool of_params =
        binding.kind == sql::BindKind::param || binding.kind == sql::BindKind::list;
    return of_params && !is_known(params_.values[static_cast<size_t>(binding.index)]);
  });
}

StepText ProgramRun::text_of(const Step& step, size_t index) const {
  return {*program_.schema, step, written_[index].fields, written_[index].fields_before};
}

result<bool> ProgramRun::try_add_check(size_t index) {
  const Step& step = program_.steps[index];
  const StepText text = text_of(step, index);
  if (step.rows == CheckRows::given) {
    const sql::Statement statement = render_check_given(text);
    if (uses_unknown(statement)) return false;
    TRIVET_CHECK(add_given_checks(index, statement));
    return true;
  }
  const auto of = static_cast<size_t>(step.of);
  if (!keys_are_known(of)) return false;
  const bool looks_back = step.where && names_before(*step.where);
  if ((looks_back || step.rows == CheckRows::updated) && !written_[of].done) return false;
  sql::Statement statement = looks_back ? render_check_changed(text) : render_check(text);
  if (uses_unknown(statement)) return false;
  if (looks_back) {
    TRIVET_CHECK(add_changed_checks(index, statement));
    return true;
  }
  const auto keys = written_keys(of, step.rows);
  if (!keys->empty() && !keys->front().as_list().empty())
    TRIVET_CHECK(add(std::move(statement), {Part::step, index, 0}, {}, *keys));
  return true;
}

result<void> ProgramRun::add_given_checks(size_t index, const sql::Statement& statement) {
  const Step& step = program_.steps[index];
  const RowBlock& block = params_.blocks[step.block];
  const size_t width = step.fields.size();
  for (uint32_t row = 0; row < block.rows; ++row) {
    std::vector<Value> cells;
    for (const Value& given : block.cells.subspan(row * width, width)) {
      const Value known = *resolve(given);
      cells.push_back(known.kind() == ValueKind::absent ? Value() : known);
    }
    TRIVET_CHECK(add(statement, {Part::step, index, row}, cells, {}));
  }
  return {};
}

// The cells as render_check_changed takes them.
result<void> ProgramRun::add_changed_checks(size_t index, const sql::Statement& statement) {
  const Step& step = program_.steps[index];
  const Written& written = written_[step.of];
  const auto of = static_cast<uint32_t>(step.of);
  for (uint32_t row = 0; row < written.before.size(); ++row) {
    if (step.rows == CheckRows::updated && !written.updated[row]) continue;
    std::vector<Value> cells{Value()};
    cells.insert(cells.end(), written.before[row].begin(), written.before[row].end());
    for (const int key : key_fields(program_.schema->models[program_.steps[of].model]))
      cells.push_back(resolve(Value::reference(of, row, static_cast<uint32_t>(key))).value_or(Value()));
    TRIVET_CHECK(add(statement, {Part::step, index, row}, cells, {}));
  }
  return {};
}

// The rows as they are before they go.
result<void> ProgramRun::add_delete_read(size_t index) {
  Level level = *program_.returning;
  std::vector<Expr> conditions;
  if (level.where) conditions.push_back(*level.where);
  if (program_.steps[index].where) conditions.push_back(*program_.steps[index].where);
  if (!conditions.empty()) level.where = make_and(std::move(conditions));
  return add(sql::render_nested(*program_.schema, sql::postgresql_dialect(), level, {}),
             {Part::read_back, index, 0}, {}, {});
}

result<void> ProgramRun::add_rows(size_t index) {
  const Step& step = program_.steps[index];
  const RowBlock& block = params_.blocks[step.block];
  const bool links = step.kind == StepKind::link || step.kind == StepKind::unlink;
  const size_t width = links ? 2 : step.fields.size();
  const StepText text = text_of(step, index);
  const auto cell = [&](uint32_t row, size_t column) {
    return *resolve(block.cells[row * width + column]);
  };
  const bool has_list = !links && std::ranges::any_of(step.fields, [&](int field) {
    return program_.schema->models[step.model].fields[field].is_list;
  });
  const bool looks_back = !written_[index].fields_before.empty();
  if (links || has_list || looks_back || has_defaults(program_.schema->models[step.model], step, block) ||
      width == 0 || block.rows < 2) {
    for (uint32_t row = 0; row < block.rows; ++row) {
      std::vector<Value> cells;
      for (size_t column = 0; column < width; ++column) cells.push_back(cell(row, column));
      if (links)
        TRIVET_CHECK(add(render_link(text), {Part::step, index, row}, cells, {}));
      else
        TRIVET_CHECK(add_row(index, row, cells));
    }
    return {};
  }
  std::vector<Value> columns;
  for (size_t column = 0; column < width; ++column) {
    std::vector<Value> values;
    for (uint32_t row = 0; row < block.rows; ++row) values.push_back(cell(row, column));
    columns.push_back(arena_.copy_list(values));
  }
  return add(render_insert(text, Shape::many), {Part::step, index, 0}, columns, {});
}

// A row by itself. An absent cell is left out: the column takes its default, or keeps what it has.
result<void> ProgramRun::add_row(size_t index, uint32_t row, std::span<const Value> given) {
  Step step = program_.steps[index];
  std::vector<Value> cells;
  step.fields.clear();
  for (size_t i = 0; i < given.size(); ++i) {
    const int field = program_.steps[index].fields[i];
    if (takes_default(program_.schema->models[step.model].fields[field], given[i])) {
      std::erase(step.update_fields, field);
    } else {
      step.fields.push_back(field);
      cells.push_back(given[i]);
    }
  }
  // With nothing to set the row still has to be seen: a key is set to itself.
  if (step.update_fields.empty() && !program_.steps[index].update_fields.empty())
    step.update_fields = step.conflict_fields;
  return add(render_insert(text_of(step, index), Shape::one), {Part::step, index, row}, cells, {});
}

bool ProgramRun::keys_are_known(size_t index) const {
  const Step& step = program_.steps[index];
  if (written_[index].done) return true;
  if (step.kind != StepKind::insert) return false;
  if (params_.blocks[step.block].rows == 0) return true;
  const std::vector<int> keys = key_fields(program_.schema->models[step.model]);
  return std::ranges::all_of(keys, [&](int key) {
    const auto given = [&](uint32_t row) {
      return is_known(
          Value::reference(static_cast<uint32_t>(index), row, static_cast<uint32_t>(key)));
    };
    for (uint32_t row = 0; row < params_.blocks[step.block].rows; ++row)
      if (!given(row)) return false;
    return true;
  });
}

// A list for each column of the key.
std::optional<std::vector<Value>> ProgramRun::written_keys(size_t index, CheckRows which) {
  const Step& step = program_.steps[index];
  const auto rows = written_[index].done ? static_cast<uint32_t>(written_[index].rows.size())
                                         : params_.blocks[step.block].rows;
  std::vector<Value> lists;
  for (const int key : key_fields(program_.schema->models[step.model])) {
    std::vector<Value> values;
    for (uint32_t row = 0; row < rows; ++row) {
      if (which == CheckRows::updated && !written_[index].updated[row]) continue;
      const auto value =
          resolve(Value::reference(static_cast<uint32_t>(index), row, static_cast<uint32_t>(key)));
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    lists.push_back(arena_.copy_list(values));
  }
  return lists;
}

result<bool> ProgramRun::try_add_read_back() {
  const auto index = static_cast<size_t>(program_.returning_step);
  if (!keys_are_known(index)) return false;
  const auto keys = written_keys(index, CheckRows::written);
  has_read_back_ = true;
  const auto columns =
      static_cast<uint32_t>(program_.returning->outputs.size() + program_.returning->embeds.size());
  result_.rows.batch = {columns, 0, nullptr};
  // An aggregate has a row even of no rows.
  if (!program_.returning->grouped && (keys->empty() || keys->front().as_list().empty()))
    return true;
  TRIVET_CHECK(add(render_read_back(*program_.schema, *program_.returning),
                   {Part::read_back, index, 0}, {}, *keys));
  return true;
}

}  // namespace trivet::store::postgres
