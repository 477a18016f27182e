// The operation's own rows among nested writes: created, merged, or the one that an update is for.
#include <algorithm>
#include <utility>

#include "engine/execute/writer.h"
#include "engine/policy/apply.h"

namespace trivet::engine {

using schema::Relation;
using schema::RelationKind;
using store::Step;
using store::StepKind;

namespace {

bool contains(std::span<const int> fields, int field) {
  return std::ranges::find(fields, field) != fields.end();
}

}  // namespace

void Writer::begin_program() {
  own_program_ = context_.plan.write.program;
  own_program_->steps.clear();
  params_.blocks.clear();
}

void Writer::emit_root_checks(uint32_t step) {
  const WritePlan& write = context_.plan.write;
  for (size_t i = write.root + 1; i < write.program.steps.size(); ++i) {
    Step check = write.program.steps[i];
    check.of = static_cast<int>(step);
    add_step(std::move(check));
  }
}

// The plan's own columns, then the foreign keys that nested rows decide.
std::vector<ColumnSource> Writer::nested_root_columns() const {
  const WritePlan& write = context_.plan.write;
  const int model = write.program.steps[write.root].model;
  const schema::Schema& schema = *context_.plan.policy->schema;
  std::vector<ColumnSource> columns = write.columns;
  for (const NestedWrite& nested : write.nested) {
    const schema::Field& field = schema.models[model].fields[nested.relation_field];
    const Relation& relation = schema.relations[field.relation];
    if (field.side != 0 || relation.kind == RelationKind::many_to_many) continue;
    for (int key : relation.from_fields) {
      if (std::ranges::find(columns, key, &ColumnSource::field) != columns.end()) continue;
      const auto known = std::ranges::find(rules_of(model).defaults, key, &ColumnSource::field);
      columns.push_back(*known);
    }
  }
  return columns;
}

// PUT writes the one row whose key is the URL's; what is nested in others is dropped with them.
result<std::vector<uint32_t>> Writer::nested_root_selection(
    std::span<const ColumnSource> columns) {
  const WritePlan& write = context_.plan.write;
  const int model = write.program.steps[write.root].model;
  const store::RowBlock block = root_block();
  const size_t width = block.cells.size() / block.rows;
  // Whether something is missing is asked when nested rows have given their keys.
  std::vector<ColumnSource> lenient(columns.begin(), columns.end());
  for (ColumnSource& source : lenient) source.required = false;
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < block.rows; ++row) {
    bool wanted = true;
    if (write.put_filter) {
      std::vector<Value> cells;
      TRIVET_CHECK(rows_.append_row(context_.plan.policy->schema->models[model], lenient,
                                    block.cells.subspan(row * width, width), cells));
      TRIVET_TRY(wanted, rows_.satisfies(model, *write.put_filter, lenient, cells));
    }
    if (wanted) rows.push_back(row);
  }
  if (write.put_filter && rows.size() != 1)
    return fail(ErrorCode::put_mismatch,
                "Payload values do not match URL in primary key column(s)");
  return rows;
}

result<std::vector<Value>> Writer::nested_root_rows(std::span<const ColumnSource> columns,
                                                    std::span<const uint32_t> rows) {
  const WritePlan& write = context_.plan.write;
  const int model = write.program.steps[write.root].model;
  const store::RowBlock block = root_block();
  const size_t width = block.cells.size() / block.rows;
  std::vector<Value> cells;
  for (uint32_t row : rows) {
    TRIVET_TRY(const std::vector<Cell> owned, emit_owners(write.nested, row, model));
    const auto own = block.cells.subspan(row * width, width);
    std::vector<Value> given(own.begin(), own.end());
    std::vector<ColumnSource> sources(columns.begin(), columns.end());
    for (const Cell& cell : owned) {
      std::ranges::find(sources, cell.field, &ColumnSource::field)->cell =
          static_cast<int>(given.size());
      given.push_back(cell.value);
    }
    TRIVET_CHECK(
        rows_.append_row(context_.plan.policy->schema->models[model], sources, given, cells));
  }
  return cells;
}

result<void> Writer::prepare_nested() {
  const WritePlan& write = context_.plan.write;
  const schema::Schema& schema = *context_.plan.policy->schema;
  Step root = write.program.steps[write.root];
  nothing_ = root_block().rows == 0;
  if (nothing_) return {};
  const std::vector<ColumnSource> columns = nested_root_columns();
  TRIVET_TRY(const std::vector<uint32_t> rows, nested_root_selection(columns));
  const store::RowBlock given = root_block();
  begin_program();
  params_.blocks.push_back(given);  // nested_root_rows reads it
  TRIVET_TRY(std::vector<Value> cells, nested_root_rows(columns, rows));
  const bool later = std::ranges::any_of(cells, is_reference);
  const bool in_store = write.create_in_store || later;
  for (size_t at = 0; !later && at < cells.size(); at += columns.size())
    TRIVET_CHECK(rows_.validate_row(root.model, write.checks, columns,
                                    std::span<const Value>(cells).subspan(at, columns.size())));
  for (size_t at = 0; write.create_rule && !in_store && at < cells.size(); at += columns.size())
    TRIVET_CHECK(rows_.check_rule(root.model, *write.create_rule, columns,
                                  std::span<const Value>(cells).subspan(at, columns.size())));
  if (!root.update_fields.empty()) {
    TRIVET_CHECK(
        check_distinct_keys(schema.models[root.model], root.conflict_fields, columns, cells));
    for (const NestedWrite& nested : write.nested) {
      const schema::Field& field = schema.models[root.model].fields[nested.relation_field];
      const Relation& relation = schema.relations[field.relation];
      if (field.side != 0 || relation.kind == RelationKind::many_to_many) continue;
      for (int key : relation.from_fields)
        if (!contains(root.update_fields, key) && !contains(root.conflict_fields, key))
          root.update_fields.push_back(key);
    }
  }
  root.fields.clear();
  for (const ColumnSource& column : columns) root.fields.push_back(column.field);
  root.block = add_block(static_cast<uint32_t>(rows.size()), std::move(cells));
  const int model = root.model;
  for (size_t i = 0; later && i < write.checks.size(); ++i)
    emit_check_before(root, write.checks[i].condition, write.checks[i].error);
  if (write.create_rule && in_store)
    emit_check_before(root, *write.create_rule, row_denied(schema.models[model]));
  const uint32_t step = add_step(std::move(root));
  own_program_->returning_step = static_cast<int>(step);
  for (uint32_t i = 0; i < rows.size(); ++i)
    TRIVET_CHECK(emit_dependents(write.nested, rows[i], model, {step, i}));
  emit_root_checks(step);
  return {};
}

// The row is found first; what is nested is written around it.
result<void> Writer::prepare_nested_update() {
  const WritePlan& write = context_.plan.write;
  begin_program();
  for (size_t i = 0; i < write.root; ++i) add_step(write.program.steps[i]);
  Step update = write.program.steps[write.root];
  const int model = update.model;
  Step find;
  find.kind = StepKind::find;
  find.model = model;
  find.where = std::move(update.where);
  find.if_none = store::IfNone::stop;
  find.error = Error(ErrorCode::max_affected, "Nested writes change one row",
                     "The filters match more than one row.");
  RowReference row{add_step(std::move(find)), 0};
  TRIVET_TRY(const std::vector<Cell> owned, emit_owners(write.nested, 0, model));
  for (const Cell& cell : owned) {
    const Type type = store::field_type(context_.plan.policy->schema->models[model].fields[cell.field]);
    store::Expr value = store::make_param(static_cast<int>(params_.values.size()), type);
    params_.values.push_back(cell.value);
    const auto known = std::ranges::find(update.fields, cell.field);
    if (known != update.fields.end()) {
      update.values[static_cast<size_t>(known - update.fields.begin())] = std::move(value);
      continue;
    }
    update.fields.push_back(cell.field);
    update.values.push_back(std::move(value));
  }
  if (!update.fields.empty()) {
    update.where = row_filter(model, row);
    row.step = add_step(std::move(update));
  }
  own_program_->returning_step = static_cast<int>(row.step);
  TRIVET_CHECK(emit_dependents(write.nested, 0, model, row));
  emit_root_checks(row.step);
  return {};
}

}  // namespace trivet::engine
