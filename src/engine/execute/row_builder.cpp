#include "engine/execute/row_builder.h"

#include <algorithm>
#include <set>
#include <string>

#include "engine/policy/apply.h"
#include "store/evaluate.h"
#include "store/store.h"
#include "value/datetime.h"
#include "value/decimal.h"
#include "value/text_format.h"

namespace trivet::engine {

using schema::DefaultKind;

namespace {

int64_t floor_to(int64_t value, int64_t unit) {
  const int64_t rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

// DateTime is timestamp(3) unless its native type says otherwise (schema.md, section 4).
int64_t precision_us(const schema::Field& field) {
  int digits = field.native.name.empty() ? 3 : 6;
  if (!field.native.arguments.empty()) digits = field.native.arguments[0];
  int64_t unit = 1;
  for (int i = digits; i < 6; ++i) unit *= 10;
  return unit;
}

Error null_violation(const schema::Model& model, const schema::Field& field) {
  return Error(ErrorCode::not_null_violation, "null value in column \"" + field.db_name +
                                                  "\" of relation \"" + model.db_name +
                                                  "\" violates not-null constraint");
}

}  // namespace

Value now_value(const schema::Field& field, int64_t now_us) {
  const int64_t day = floor_to(now_us, us_per_day);
  switch (store::field_type(field)) {
    case Type::date:
      return Value::date(day / us_per_day);
    case Type::time:
    case Type::timetz:
      return Value::time(floor_to(now_us - day, precision_us(field)));
    default:
      return Value::timestamp(floor_to(now_us, precision_us(field)));
  }
}

Value RowBuilder::make_id(const schema::Default& wanted) {
  IdMaker& ids = context_.ids;
  std::string id;
  switch (wanted.kind) {
    case DefaultKind::uuid7:
      id = ids.uuid7();
      break;
    case DefaultKind::cuid1:
      id = ids.cuid1();
      break;
    case DefaultKind::cuid2:
      id = ids.cuid2();
      break;
    case DefaultKind::ulid:
      id = ids.ulid();
      break;
    case DefaultKind::nanoid:
      id = ids.nanoid(wanted.length > 0 ? wanted.length : 21);
      break;
    default:
      id = ids.uuid4();
      break;
  }
  if (wanted.format.empty()) return Value::text(context_.arena.copy(id));
  std::string formatted;
  for (size_t i = 0; i < wanted.format.size(); ++i) {
    const std::string_view rest = std::string_view(wanted.format).substr(i);
    if (rest.starts_with("\\%s")) {
      formatted += "%s";
      i += 2;
    } else if (rest.starts_with("%s")) {
      formatted += id;
      i += 1;
    } else {
      formatted += rest.front();
    }
  }
  return Value::text(context_.arena.copy(formatted));
}

result<Value> RowBuilder::missing(const schema::Field& field, const ColumnSource& source) {
  using Kind = ColumnSource::Kind;
  switch (source.missing) {
    case Kind::literal:
      return source.literal;
    case Kind::rule:
      return source.rule_param < 0 ? Value() : context_.caller.params[source.rule_param];
    case Kind::now:
      return now_value(field, context_.now_us);
    case Kind::id:
      return make_id(field.default_value);
    case Kind::store:
      // An absent cell is left to the database, row by row; a number that it counts up, to null.
      return field.default_value.kind == DefaultKind::dbgenerated ? Value::absent() : Value();
    default:
      return Value();
  }
}

result<void> RowBuilder::append_row(const schema::Model& model,
                                    std::span<const ColumnSource> columns,
                                    std::span<const Value> given, std::vector<Value>& cells) {
  const auto index = static_cast<size_t>(&model - context_.plan.policy->schema->models.data());
  const auto& checks = context_.plan.policy->models[index].checks;
  for (const ColumnSource& source : columns) {
    const schema::Field& field = model.fields[source.field];
    Value value = source.cell >= 0 ? given[source.cell] : Value::absent();
    bool filled_by_store = false;
    if (value.kind() == ValueKind::absent) {
      value = Value();
      if (source.cell < 0 || context_.plan.write.default_missing) {
        TRIVET_TRY(value, missing(field, source));
        filled_by_store = source.missing == ColumnSource::Kind::store;
      }
    }
    if (value.is_null() && source.required && !filled_by_store)
      return std::unexpected(null_violation(model, field));
    if (!checks.empty() && !checks[source.field].empty()) {
      TRIVET_TRY(value, validate_value(model, field, checks[source.field], value, context_.arena));
    }
    cells.push_back(value);
  }
  return {};
}

result<bool> RowBuilder::satisfies(int model, const store::Expr& filter,
                                   std::span<const ColumnSource> columns,
                                   std::span<const Value> cells) {
  const schema::Schema& schema = *context_.plan.policy->schema;
  row_.assign(schema.models[model].columns.size(), Value());
  for (size_t i = 0; i < columns.size(); ++i)
    row_[schema.models[model].fields[columns[i].field].column] =
        cells[i].kind() == ValueKind::absent ? Value() : cells[i];
  const store::Evaluation evaluation{schema, context_.params, nullptr, context_.arena};
  const store::RowScope scope{model, row_};
  return store::evaluate_predicate(evaluation, filter, {&scope, 1});
}

result<void> RowBuilder::validate_row(int model, std::span<const PlannedCheck> checks,
                                      std::span<const ColumnSource> columns,
                                      std::span<const Value> cells) {
  for (const PlannedCheck& check : checks) {
    TRIVET_TRY(const bool valid, satisfies(model, check.condition, columns, cells));
    if (!valid) return std::unexpected(check.error);
  }
  return {};
}

result<void> RowBuilder::check_rule(int model, const store::Expr& rule,
                                    std::span<const ColumnSource> columns,
                                    std::span<const Value> cells) {
  TRIVET_TRY(const bool allowed, satisfies(model, rule, columns, cells));
  if (!allowed) return std::unexpected(row_denied(context_.plan.policy->schema->models[model]));
  return {};
}

result<void> check_distinct_keys(const schema::Model& model, std::span<const int> conflict_fields,
                                 std::span<const ColumnSource> columns,
                                 std::span<const Value> cells) {
  std::set<std::string> seen;
  for (size_t row = 0; row + columns.size() <= cells.size(); row += columns.size()) {
    std::string key;
    bool null = false;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (std::ranges::find(conflict_fields, columns[i].field) == conflict_fields.end()) continue;
      const Value cell = cells[row + i];
      null = null || cell.is_null() || cell.kind() == ValueKind::reference ||
             cell.kind() == ValueKind::absent;
      if (null) break;
      if (cell.kind() == ValueKind::numeric)
        key += strip_numeric_zeros(cell.as_text());
      else
        append_text_value(key, cell, store::field_type(model.fields[columns[i].field]), {});
      key += '\0';
    }
    if (!null && !seen.insert(key).second)
      return fail(ErrorCode::cardinality_violation,
                  "ON CONFLICT DO UPDATE command cannot affect row a second time", {},
                  "Ensure that no rows proposed for insertion within the same command have "
                  "duplicate constrained values.");
  }
  return {};
}

}  // namespace trivet::engine
