#include "engine/plan/program_planner.h"

#include <algorithm>
#include <set>
#include <utility>

namespace trivet::engine {

using schema::DefaultKind;
using store::Expr;
using store::Op;
using store::Step;
using store::StepKind;

namespace {

void conjoin_to(std::optional<Expr>& where, std::optional<Expr> more) {
  if (!more) return;
  if (!where) {
    where = std::move(more);
    return;
  }
  std::vector<Expr> args;
  args.push_back(std::move(*where));
  args.push_back(std::move(*more));
  where = store::make_and(std::move(args));
}

bool is_nothing(const Step& step) { return step.where && step.where->op == Op::always_false; }

std::set<int> field_set(const schema::Key& key) {
  std::set<int> fields;
  for (const schema::KeyColumn& column : key.columns) fields.insert(column.field);
  return fields;
}

}  // namespace

ProgramPlanner::ProgramPlanner(const Operation& operation, const PlanContext& context,
                               ParamTable& params, WritePlan& plan)
    : operation_(operation),
      context_(context),
      params_(params),
      plan_(plan),
      rules_(context.caller, params),
      schema_(*context.caller.policy->schema),
      model_(schema_.models[operation.selection.model]) {}

result<void> ProgramPlanner::run() {
  plan_.program.id = next_query_id();
  plan_.program.schema = context_.caller.policy->schema;
  plan_.program.rollback = operation_.write.rollback;
  plan_.program.singular = plan_.singular = operation_.write.singular;
  plan_.default_missing = operation_.write.default_missing;
  plan_.block = operation_.write.block;
  plan_.checks = row_checks(operation_.selection.model);
  switch (operation_.kind) {
    case OperationKind::create:
      TRIVET_CHECK(plan_create());
      break;
    case OperationKind::upsert:
      TRIVET_CHECK(plan_upsert());
      break;
    case OperationKind::update:
      TRIVET_CHECK(plan_update());
      break;
    case OperationKind::delete_:
      TRIVET_CHECK(plan_delete());
      break;
    case OperationKind::read:
      TRIVET_ASSERT(false);
  }
  TRIVET_CHECK(plan_nested());
  plan_.program.returning_step = static_cast<int>(plan_.root);
  return plan_returning();
}

// How the engine fills a column that no row gives; Kind::store where the database does.
ColumnSource ProgramPlanner::column_source(int model_index, int field_index) const {
  const schema::Field& field = schema_.models[model_index].fields[field_index];
  const ModelPolicy& policy = context_.caller.policy->models[model_index];
  using Kind = ColumnSource::Kind;
  ColumnSource source;
  source.field = field_index;
  source.required = !field.optional && !field.is_list;
  switch (field.default_value.kind) {
    case DefaultKind::none:
      source.missing = field.updated_at ? Kind::now : Kind::null;
      break;
    case DefaultKind::literal:
    case DefaultKind::list:
      source.missing = Kind::literal;
      source.literal = policy.defaults[field_index];
      break;
    case DefaultKind::now:
      source.missing = Kind::now;
      break;
    case DefaultKind::auth:
      source.missing = Kind::rule;
      source.rule_param = policy.default_params[field_index];
      break;
    case DefaultKind::autoincrement:
    case DefaultKind::dbgenerated:
      source.missing = Kind::store;
      break;
    default:
      source.missing = Kind::id;
      break;
  }
  // A sole integer key counts up in the store, with or without a default (schema.md, DDL facts).
  const bool sole_key = field.is_id && schema_.models[model_index].primary_key &&
                        schema_.models[model_index].primary_key->columns.size() == 1;
  const bool integer =
      field.type == schema::ScalarType::int_ || field.type == schema::ScalarType::bigint;
  if (sole_key && integer && source.missing == Kind::null) source.missing = Kind::store;
  return source;
}

void ProgramPlanner::add_new_row_columns(Step& step) {
  const std::vector<int>& given = operation_.write.fields;
  for (size_t i = 0; i < given.size(); ++i) {
    ColumnSource source = column_source(operation_.selection.model, given[i]);
    source.cell = static_cast<int>(i);
    plan_.columns.push_back(source);
  }
  for (int field : model_.columns) {
    if (std::ranges::find(given, field) != given.end()) continue;
    ColumnSource source = column_source(operation_.selection.model, field);
    const bool left_out = source.missing == ColumnSource::Kind::store ||
                          (source.missing == ColumnSource::Kind::null && !source.required);
    if (!left_out) plan_.columns.push_back(source);
  }
  for (const ColumnSource& source : plan_.columns) step.fields.push_back(source.field);
  step.block = 0;
}

void ProgramPlanner::add_check(std::optional<Expr> predicate, store::CheckRows rows) {
  if (!predicate) return;
  Step check;
  check.kind = StepKind::check;
  check.model = operation_.selection.model;
  check.of = static_cast<int>(plan_.root);
  check.rows = rows;
  check.where = std::move(predicate);
  check.error = row_denied(model_);
  plan_.program.steps.push_back(std::move(check));
}

std::vector<PlannedCheck> ProgramPlanner::row_checks(int model) {
  std::vector<PlannedCheck> checks;
  for (const RowCheck& check : context_.caller.policy->models[model].row_checks)
    checks.push_back({rules_.constraint(check.condition),
                      row_check_failed(schema_.models[model], check)});
  return checks;
}

// Changed rows are looked at when they are as they will be.
void ProgramPlanner::add_row_checks(store::CheckRows rows) {
  for (const PlannedCheck& check : plan_.checks) {
    add_check(check.condition, rows);
    plan_.program.steps.back().error = check.error;
  }
}

// The step that writes new rows; before it, where their rule takes other rows to decide, its check.
void ProgramPlanner::add_new_rows(Step step) {
  plan_.create_in_store = plan_.create_rule && reaches_other_rows(*plan_.create_rule);
  if (plan_.create_in_store) {
    Step check;
    check.kind = StepKind::check;
    check.model = step.model;
    check.rows = store::CheckRows::given;
    check.fields = step.fields;
    check.block = step.block;
    check.where = plan_.create_rule;
    check.error = row_denied(model_);
    plan_.program.steps.push_back(std::move(check));
  }
  plan_.root = plan_.program.steps.size();
  plan_.program.steps.push_back(std::move(step));
}

result<void> ProgramPlanner::plan_create() {
  TRIVET_TRY(plan_.create_rule,
             rules_.predicate(operation_.selection.model, schema::Operation::create));
  Step step;
  step.kind = StepKind::insert;
  step.model = operation_.selection.model;
  add_new_row_columns(step);
  add_new_rows(std::move(step));
  return {};
}

result<void> ProgramPlanner::check_conflict_target() const {
  const std::set<int> wanted(operation_.write.conflict_fields.begin(),
                             operation_.write.conflict_fields.end());
  if (model_.primary_key && field_set(*model_.primary_key) == wanted) return {};
  for (const schema::Key& key : model_.uniques)
    if (key.where_sql.empty() && field_set(key) == wanted) return {};
  return fail(ErrorCode::no_conflict_target,
              "there is no unique or exclusion constraint matching the ON CONFLICT specification");
}

result<void> ProgramPlanner::plan_upsert() {
  TRIVET_CHECK(check_conflict_target());
  const int model = operation_.selection.model;
  TRIVET_TRY(plan_.create_rule, rules_.predicate(model, schema::Operation::create));
  Step step;
  step.kind = StepKind::upsert;
  step.model = model;
  step.conflict_fields = operation_.write.conflict_fields;
  add_new_row_columns(step);
  std::optional<Expr> post_update;
  TRIVET_CHECK(restrict_conflict_fields(step));
  if (!operation_.write.ignore_duplicates) {
    for (int field : operation_.write.fields)
      if (!kept_by_merge(field)) step.update_fields.push_back(field);
    for (int field : updated_at_fields(operation_.write.fields))
      step.update_fields.push_back(field);
    auto updatable = rules_.predicate(model, schema::Operation::update);
    if (!updatable) return std::unexpected(std::move(updatable).error());
    conjoin_to(step.conflict_where, std::move(*updatable));
    auto readable = rules_.predicate(model, schema::Operation::read);
    if (!readable) return std::unexpected(std::move(readable).error());
    conjoin_to(step.conflict_where, std::move(*readable));
    TRIVET_CHECK(restrict_merged_fields(step));
    step.error =
        Error(ErrorCode::permission_denied,
              "new row violates row-level security policy (USING expression) for table \"" +
                  model_.db_name + "\"");
    TRIVET_TRY(post_update, rules_.predicate(model, schema::Operation::post_update));
  }
  add_new_rows(std::move(step));
  if (!operation_.write.ignore_duplicates) add_row_checks(store::CheckRows::updated);
  add_check(std::move(post_update), store::CheckRows::updated);
  if (operation_.write.put && operation_.selection.where) {
    plan_.put_filter = operation_.selection.where;
  }
  return {};
}

// A number that the store counts up stays as it is in a merge whose rows may leave it out.
bool ProgramPlanner::kept_by_merge(int field) const {
  const std::vector<int>& key = operation_.write.conflict_fields;
  // Other defaults of the database are left out row by row.
  const bool counts_up = model_.fields[field].default_value.kind != DefaultKind::dbgenerated;
  return operation_.write.default_missing && counts_up &&
         std::ranges::find(key, field) == key.end() &&
         column_source(operation_.selection.model, field).missing == ColumnSource::Kind::store;
}

std::vector<int> ProgramPlanner::updated_at_fields(const std::vector<int>& given) const {
  std::vector<int> fields;
  for (int field : model_.columns)
    if (model_.fields[field].updated_at && std::ranges::find(given, field) == given.end())
      fields.push_back(field);
  return fields;
}

// A merge names its row by these, so whoever may not read them may not ask by them.
result<void> ProgramPlanner::restrict_conflict_fields(Step& step) {
  const int model = operation_.selection.model;
  for (int field : operation_.write.conflict_fields) {
    Expr rule = rules_.field_read(model, field);
    if (rule.op == Op::always_true) continue;
    if (rule.op == Op::always_false)
      return std::unexpected(column_denied(model_, model_.fields[field]));
    conjoin_to(step.conflict_where, std::move(rule));
  }
  return {};
}

// The row that a merge finds must allow every assignment.
result<void> ProgramPlanner::restrict_merged_fields(Step& step) {
  for (int field : assigned_fields()) {
    Expr rule = rules_.field_update(operation_.selection.model, field);
    if (rule.op == Op::always_true) continue;
    if (rule.op == Op::always_false)
      return std::unexpected(column_denied(model_, model_.fields[field]));
    conjoin_to(step.conflict_where, std::move(rule));
  }
  return {};
}

// One row whose field rule forbids the assignment refuses the whole update (dialects/schema.md,
// 11.3): a step before it looks for such a row among those that would be changed.
result<void> ProgramPlanner::forbid_updated_fields(const std::optional<Expr>& where,
                                                   const std::vector<int>& fields) {
  for (int field : fields) {
    Expr rule = rules_.field_update(operation_.selection.model, field);
    if (rule.op == Op::always_true) continue;
    if (rule.op == Op::always_false)
      return std::unexpected(column_denied(model_, model_.fields[field]));
    Step forbid;
    forbid.kind = StepKind::forbid;
    forbid.model = operation_.selection.model;
    forbid.where = where;
    conjoin_to(forbid.where,
               store::make_unary(Op::not_, store::make_unary(Op::is_true, std::move(rule))));
    forbid.error = column_denied(model_, model_.fields[field]);
    plan_.program.steps.push_back(std::move(forbid));
  }
  return {};
}

// The fields given, and the foreign keys that nested rows will give.
std::vector<int> ProgramPlanner::assigned_fields() const {
  std::vector<int> fields = operation_.write.fields;
  for (const NestedWrite& nested : operation_.write.nested) {
    const schema::Field& field = model_.fields[nested.relation_field];
    const schema::Relation& relation = schema_.relations[field.relation];
    if (field.side != 0 || relation.kind == schema::RelationKind::many_to_many) continue;
    for (int key : relation.from_fields)
      if (std::ranges::find(fields, key) == fields.end()) fields.push_back(key);
  }
  return fields;
}

// A pair of a many-to-many belongs to both its ends.
bool ProgramPlanner::links_rows() const {
  return std::ranges::any_of(operation_.write.nested, [&](const NestedWrite& nested) {
    const schema::Field& field = model_.fields[nested.relation_field];
    return schema_.relations[field.relation].kind == schema::RelationKind::many_to_many;
  });
}

// What the request selects, within what the caller may read and `operation`.
result<std::optional<Expr>> ProgramPlanner::selected_rows(schema::Operation operation) {
  const int model = operation_.selection.model;
  auto allowed = rules_.predicate(model, operation);
  if (!allowed) return allowed;
  auto readable = rules_.predicate(model, schema::Operation::read);
  if (!readable) return readable;
  std::optional<Expr> where = operation_.selection.where;
  if (where) TRIVET_CHECK(rules_.apply(*where, model));
  for (const auto* rule : {&*allowed, &*readable})
    if (*rule && (*rule)->op == Op::always_false) return *rule;
  if (operation != schema::Operation::read) conjoin_to(where, std::move(*allowed));
  conjoin_to(where, std::move(*readable));
  return where;
}

result<void> ProgramPlanner::plan_update() {
  const int model = operation_.selection.model;
  const std::vector<int>& given = operation_.write.fields;
  const std::vector<int> assigned = assigned_fields();
  const bool changes_row = !assigned.empty() || operation_.write.nested.empty();
  Step step;
  step.kind = StepKind::update;
  step.model = model;
  step.rows_max = operation_.write.rows_max;
  // Children of a row that stays as it is need no right to change that row.
  const bool updates = changes_row || links_rows();
  TRIVET_TRY(step.where,
             selected_rows(updates ? schema::Operation::update : schema::Operation::read));
  TRIVET_CHECK(forbid_updated_fields(step.where, assigned));
  plan_.root = plan_.program.steps.size();
  plan_.nothing_to_do = (given.empty() && operation_.write.nested.empty()) || is_nothing(step);
  using Source = AppendedParam::Source;
  const auto assign = [&](int field, AppendedParam source) {
    const schema::Field& target = schema_.models[model].fields[field];
    const TypeInfo type = type_info(target);
    Expr value = store::make_param(params_.add(source), type.type);
    value.enum_index = type.enum_index;
    value.is_list = type.is_list;
    step.fields.push_back(field);
    step.values.push_back(std::move(value));
  };
  for (size_t i = 0; i < given.size(); ++i) {
    assign(given[i], {Source::cell, static_cast<int>(i), 0});
    ColumnSource source = column_source(model, given[i]);
    source.cell = static_cast<int>(i);
    plan_.columns.push_back(source);
  }
  if (changes_row)
    for (int field : updated_at_fields(given)) assign(field, {Source::now, -1, 0});
  plan_.program.steps.push_back(std::move(step));
  if (!changes_row) return {};
  add_row_checks(store::CheckRows::written);
  auto after = rules_.predicate(model, schema::Operation::post_update);
  if (!after) return std::unexpected(std::move(after).error());
  add_check(std::move(*after), store::CheckRows::written);
  return {};
}

result<void> ProgramPlanner::plan_delete() {
  Step step;
  step.kind = StepKind::delete_;
  step.model = operation_.selection.model;
  step.rows_max = operation_.write.rows_max;
  TRIVET_TRY(step.where, selected_rows(schema::Operation::delete_));
  plan_.nothing_to_do = is_nothing(step);
  plan_.program.steps.push_back(std::move(step));
  return {};
}

// The answer shows rows of the returning step only. New and changed rows must be readable by
// whoever asked to see them.
result<void> ProgramPlanner::plan_returning() {
  if (!operation_.returns_rows) return {};
  const bool deleted = operation_.kind == OperationKind::delete_;
  auto readable = rules_.predicate(operation_.selection.model, schema::Operation::read);
  if (!readable) return std::unexpected(std::move(readable).error());
  if (!deleted) add_check(std::move(*readable), store::CheckRows::written);
  store::Level level = operation_.selection;
  level.where = operation_.shown;
  level.limit_param = level.offset_param = -1;
  TRIVET_CHECK(rules_.apply_below(level));
  cap_embeds(level, params_, context_.limits.rows_max);
  plan_.program.returning = std::move(level);
  return {};
}

result<void> ProgramPlanner::plan_nested() {
  plan_.nested = operation_.write.nested;
  if (plan_.nested.empty()) return {};
  if (operation_.write.ignore_duplicates)
    return fail(ErrorCode::missing_capability, "Feature not implemented",
                "Nested writes are not implemented for resolution=ignore-duplicates.");
  plan_.program.id = 0;
  add_nested_rules(operation_.selection.model);
  collect_nested(plan_.nested, operation_.selection.model);
  return {};
}

void ProgramPlanner::collect_nested(const std::vector<NestedWrite>& writes, int model) {
  for (const NestedWrite& write : writes) {
    const schema::Field& field = schema_.models[model].fields[write.relation_field];
    const int target = schema_.relations[field.relation].model[1 - field.side];
    add_nested_rules(target);
    collect_nested(write.nested, target);
  }
}

void ProgramPlanner::add_nested_rules(int model) {
  for (const NestedRules& known : plan_.nested_rules)
    if (known.model == model) return;
  NestedRules rules;
  rules.model = model;
  const auto take = [&](schema::Operation operation, std::optional<Expr>& to,
                        std::optional<Error>& denied) {
    auto predicate = rules_.predicate(model, operation);
    if (predicate)
      to = std::move(*predicate);
    else
      denied = std::move(predicate).error();
  };
  take(schema::Operation::create, rules.create, rules.create_denied);
  take(schema::Operation::read, rules.read, rules.read_denied);
  take(schema::Operation::update, rules.update, rules.update_denied);
  auto after = rules_.predicate(model, schema::Operation::post_update);
  if (after) rules.post_update = std::move(*after);
  rules.checks = row_checks(model);
  for (int field : schema_.models[model].columns) {
    rules.defaults.push_back(column_source(model, field));
    FieldRules own{field, rules_.field_read(model, field), rules_.field_update(model, field)};
    if (own.read.op != Op::always_true || own.update.op != Op::always_true)
      rules.fields.push_back(std::move(own));
  }
  plan_.nested_rules.push_back(std::move(rules));
}

}  // namespace trivet::engine
