// Nested writes: rows that a row points to are written before it, rows that point to it after it,
// join table pairs last. Each model's own rules apply; keys travel as references to cells
// of earlier steps.
#include <algorithm>
#include <utility>

#include "engine/execute/writer.h"
#include "engine/policy/apply.h"

namespace trivet::engine {

using schema::Relation;
using schema::RelationKind;
using store::Expr;
using store::Op;
using store::Step;
using store::StepKind;

namespace {

void conjoin_to(Expr& where, const std::optional<Expr>& more) {
  if (!more) return;
  std::vector<Expr> args;
  args.push_back(std::move(where));
  args.push_back(*more);
  where = store::make_and(std::move(args));
}

Error target_missing(const schema::Schema& schema, const Relation& relation,
                     const NestedWrite& write, int model) {
  const schema::Model& target = schema.models[model];
  const bool joined = relation.kind == RelationKind::many_to_many;
  const bool from_a = write.relation_field == relation.field[0];
  const std::string& holder =
      joined ? relation.constraint : schema.models[relation.model[0]].db_name;
  const std::string key =
      joined ? relation.constraint + (from_a ? "_B_fkey" : "_A_fkey") : relation.constraint;
  std::string columns;
  for (int field : write.fields)
    columns += (columns.empty() ? "" : ", ") + target.fields[field].db_name;
  return Error(ErrorCode::foreign_key_violation,
               "insert or update on table \"" + holder +
                   "\" violates foreign key constraint \"" + key + "\"",
               "No row of table \"" + target.db_name + "\" to connect by (" + columns + ").");
}

}  // namespace

const NestedRules& Writer::rules_of(int model) const {
  for (const NestedRules& rules : context_.plan.write.nested_rules)
    if (rules.model == model) return rules;
  TRIVET_ASSERT(false);
  return context_.plan.write.nested_rules.front();
}

uint32_t Writer::add_step(Step step) {
  own_program_->steps.push_back(std::move(step));
  return static_cast<uint32_t>(own_program_->steps.size() - 1);
}

int Writer::add_block(uint32_t rows, std::vector<Value> cells) {
  cells_.push_back(std::move(cells));
  params_.blocks.push_back({rows, cells_.back()});
  return static_cast<int>(params_.blocks.size() - 1);
}

void Writer::emit_check(int model, const Expr& rule, uint32_t step, Error error) {
  Step check;
  check.kind = StepKind::check;
  check.model = model;
  check.of = static_cast<int>(step);
  check.where = rule;
  check.error = std::move(error);
  add_step(std::move(check));
}

void Writer::emit_check_before(const Step& step, const Expr& rule, Error error) {
  Step check;
  check.kind = StepKind::check;
  check.model = step.model;
  check.rows = store::CheckRows::given;
  check.fields = step.fields;
  check.block = step.block;
  check.where = rule;
  check.error = std::move(error);
  add_step(std::move(check));
}

Expr Writer::key_filter(const NestedWrite& write, int model) {
  std::vector<Expr> args;
  for (size_t i = 0; i < write.fields.size(); ++i) {
    const TypeInfo type =
        type_info(context_.plan.policy->schema->models[model].fields[write.fields[i]]);
    Expr column = store::make_column(write.fields[i], type.type);
    column.enum_index = type.enum_index;
    Expr value = store::make_param(static_cast<int>(params_.values.size()), type.type);
    value.enum_index = type.enum_index;
    params_.values.push_back(write.values[i]);
    args.push_back(store::make_binary(Op::eq, std::move(column), std::move(value)));
  }
  return store::make_and(std::move(args));
}

// A field that may not be set in one of the rows refuses the whole write.
void Writer::emit_forbid(int model, const Expr& where, const FieldRules& rules) {
  const schema::Model& table = context_.plan.policy->schema->models[model];
  Step forbid;
  forbid.kind = StepKind::forbid;
  forbid.model = model;
  std::vector<Expr> args;
  args.push_back(where);
  args.push_back(store::make_unary(Op::not_, store::make_unary(Op::is_true, rules.update)));
  forbid.where = store::make_and(std::move(args));
  forbid.error = column_denied(table, table.fields[rules.field]);
  add_step(std::move(forbid));
}

// The row to connect to must be readable, by fields that are; where the connection changes it (its
// own key, or its side of a many-to-many), it must be updatable as well.
result<Writer::RowReference> Writer::emit_find(const NestedWrite& write, int model,
                                               const Relation& relation) {
  const NestedRules& rules = rules_of(model);
  const schema::Model& table = context_.plan.policy->schema->models[model];
  const bool joined = relation.kind == RelationKind::many_to_many;
  const bool changes_target =
      !joined && relation.model[0] == model && write.relation_field == relation.field[1];
  if (rules.read_denied) return std::unexpected(*rules.read_denied);
  Expr where = key_filter(write, model);
  conjoin_to(where, rules.read);
  for (const FieldRules& own : rules.fields) {
    if (own.read.op == Op::always_true) continue;
    if (std::ranges::find(write.fields, own.field) == write.fields.end()) continue;
    if (own.read.op == Op::always_false)
      return std::unexpected(column_denied(table, table.fields[own.field]));
    conjoin_to(where, own.read);
  }
  if (joined || changes_target) {
    if (rules.update_denied) return std::unexpected(*rules.update_denied);
    conjoin_to(where, rules.update);
  }
  for (const FieldRules& own : rules.fields)
    if (changes_target && own.update.op != Op::always_true &&
        std::ranges::find(relation.from_fields, own.field) != relation.from_fields.end())
      emit_forbid(model, where, own);
  Step find;
  find.kind = StepKind::find;
  find.model = model;
  find.where = std::move(where);
  find.error = target_missing(*context_.plan.policy->schema, relation, write, model);
  return RowReference{add_step(std::move(find)), 0};
}

result<Writer::RowReference> Writer::emit_target(const NestedWrite& write, int model,
                                                 const Relation& relation) {
  return write.connect ? emit_find(write, model, relation) : emit_create(write, model, {});
}

// `preset`: columns that the enclosing row decides.
result<Writer::RowReference> Writer::emit_create(const NestedWrite& write, int model,
                                                 std::span<const Cell> preset) {
  const NestedRules& rules = rules_of(model);
  if (rules.create_denied) return std::unexpected(*rules.create_denied);
  TRIVET_TRY(std::vector<Cell> cells, emit_owners(write.nested, 0, model));
  for (size_t i = 0; i < write.fields.size(); ++i)
    cells.push_back({write.fields[i], write.values[i]});
  cells.insert(cells.end(), preset.begin(), preset.end());
  std::vector<ColumnSource> columns;
  std::vector<Value> given;
  Step step;
  for (ColumnSource source : rules.defaults) {
    for (const Cell& cell : cells)
      if (cell.field == source.field) {
        source.cell = static_cast<int>(given.size());
        given.push_back(cell.value);
        break;
      }
    const bool left_out = source.cell < 0 && source.missing == ColumnSource::Kind::store;
    if (left_out) continue;
    columns.push_back(source);
    step.fields.push_back(source.field);
  }
  std::vector<Value> row;
  TRIVET_CHECK(rows_.append_row(context_.plan.policy->schema->models[model], columns, given, row));
  const bool later = std::ranges::any_of(row, is_reference);
  const bool in_store = rules.create && (later || reaches_other_rows(*rules.create));
  if (!later) TRIVET_CHECK(rows_.validate_row(model, rules.checks, columns, row));
  if (rules.create && !in_store)
    TRIVET_CHECK(rows_.check_rule(model, *rules.create, columns, row));
  step.kind = StepKind::insert;
  step.model = model;
  step.block = add_block(1, std::move(row));
  for (size_t i = 0; later && i < rules.checks.size(); ++i)
    emit_check_before(step, rules.checks[i].condition, rules.checks[i].error);
  if (in_store)
    emit_check_before(step, *rules.create,
                      row_denied(context_.plan.policy->schema->models[model]));
  const uint32_t index = add_step(std::move(step));
  TRIVET_CHECK(emit_dependents(write.nested, 0, model, {index, 0}));
  return RowReference{index, 0};
}

// Rows that row `row` of `model` will point to; the cells of its foreign keys.
result<std::vector<Writer::Cell>> Writer::emit_owners(std::span<const NestedWrite> writes,
                                                      uint32_t row, int model) {
  const schema::Schema& schema = *context_.plan.policy->schema;
  std::vector<Cell> cells;
  for (const NestedWrite& write : writes) {
    const schema::Field& field = schema.models[model].fields[write.relation_field];
    const Relation& relation = schema.relations[field.relation];
    if (write.row != row || field.side != 0 || relation.kind == RelationKind::many_to_many)
      continue;
    TRIVET_TRY(const RowReference target, emit_target(write, relation.model[1], relation));
    for (size_t i = 0; i < relation.from_fields.size(); ++i)
      cells.push_back({relation.from_fields[i],
                       Value::reference(target.step, target.row,
                                        static_cast<uint32_t>(relation.to_fields[i]))});
  }
  return cells;
}

result<void> Writer::emit_dependents(std::span<const NestedWrite> writes, uint32_t row, int model,
                                     RowReference parent) {
  for (const NestedWrite& write : writes)
    if (write.row == row) TRIVET_CHECK(emit_dependent(write, model, parent));
  return {};
}

result<void> Writer::emit_dependent(const NestedWrite& write, int model, RowReference parent) {
  const schema::Schema& schema = *context_.plan.policy->schema;
  const schema::Field& field = schema.models[model].fields[write.relation_field];
  const Relation& relation = schema.relations[field.relation];
  if (relation.kind == RelationKind::many_to_many) {
    TRIVET_TRY(const RowReference target,
               emit_target(write, relation.model[1 - field.side], relation));
    emit_link(relation, field.side, parent, target);
    return {};
  }
  if (field.side == 0) return {};
  const int child = relation.model[0];
  if (write.connect) {
    TRIVET_TRY(const RowReference found, emit_find(write, child, relation));
    emit_relink(relation, child, found, parent);
    return {};
  }
  std::vector<Cell> preset;
  for (size_t i = 0; i < relation.from_fields.size(); ++i)
    preset.push_back(
        {relation.from_fields[i],
         Value::reference(parent.step, parent.row, static_cast<uint32_t>(relation.to_fields[i]))});
  TRIVET_TRY(const RowReference created, emit_create(write, child, preset));
  static_cast<void>(created);
  return {};
}

void Writer::emit_link(const Relation& relation, int side, RowReference parent,
                       RowReference target) {
  const RowReference a = side == 0 ? parent : target;
  const RowReference b = side == 0 ? target : parent;
  Step link;
  link.kind = StepKind::link;
  link.relation = static_cast<int>(&relation - context_.plan.policy->schema->relations.data());
  link.block =
      add_block(1, {Value::reference(a.step, a.row, static_cast<uint32_t>(relation.from_fields[0])),
                    Value::reference(b.step, b.row, static_cast<uint32_t>(relation.to_fields[0]))});
  add_step(std::move(link));
}

Expr Writer::reference_param(RowReference row, int field, Type type) {
  Expr expr = store::make_param(static_cast<int>(params_.values.size()), type);
  params_.values.push_back(Value::reference(row.step, row.row, static_cast<uint32_t>(field)));
  return expr;
}

Expr Writer::row_filter(int model, RowReference row) {
  const schema::Model& table = context_.plan.policy->schema->models[model];
  const schema::Key& key = table.primary_key ? *table.primary_key : table.uniques.front();
  std::vector<Expr> args;
  for (const schema::KeyColumn& column : key.columns) {
    const TypeInfo type = type_info(table.fields[column.field]);
    Expr own = store::make_column(column.field, type.type);
    own.enum_index = type.enum_index;
    Expr known = reference_param(row, column.field, type.type);
    known.enum_index = type.enum_index;
    args.push_back(store::make_binary(Op::eq, std::move(own), std::move(known)));
  }
  return store::make_and(std::move(args));
}

// Points the child found by an earlier step at the parent.
void Writer::emit_relink(const Relation& relation, int child, RowReference found,
                         RowReference parent) {
  const schema::Model& model = context_.plan.policy->schema->models[child];
  Step update;
  update.kind = StepKind::update;
  update.model = child;
  for (size_t i = 0; i < relation.from_fields.size(); ++i) {
    const int field = relation.from_fields[i];
    update.fields.push_back(field);
    update.values.push_back(
        reference_param(parent, relation.to_fields[i], store::field_type(model.fields[field])));
  }
  update.where = row_filter(child, found);
  const uint32_t step = add_step(std::move(update));
  const NestedRules& rules = rules_of(child);
  for (const PlannedCheck& check : rules.checks)
    emit_check(child, check.condition, step, check.error);
  if (rules.post_update) emit_check(child, *rules.post_update, step, row_denied(model));
}

}  // namespace trivet::engine
