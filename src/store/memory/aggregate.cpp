#include <algorithm>
#include <utility>

#include "store/memory/reader.h"
#include "value/decimal.h"

namespace trivet::store::memory {
namespace {

bool is_floating(Type type) { return type == Type::float4 || type == Type::float8; }

// Results have PostgreSQL's types: sums of int2 and int4 are int8, of int8 numeric; averages of
// exact numbers numeric.
result<Value> total(Op op, Type operand, const std::vector<Value>& values, Arena& arena) {
  if (values.empty()) return Value();
  if (is_floating(operand)) {
    double sum = 0;
    for (const Value& value : values) sum += value.as_floating();
    if (op == Op::avg) sum /= static_cast<double>(values.size());
    if (operand == Type::float4 && op == Op::sum) sum = static_cast<float>(sum);
    return Value::floating(sum);
  }
  NumericSum sum;
  for (const Value& value : values) {
    if (value.kind() == ValueKind::numeric)
      sum.add(value.as_text());
    else
      sum.add(value.as_integer());
  }
  if (op == Op::avg) return Value::numeric(arena.copy(sum.average()));
  const std::string text = sum.sum();
  if (operand != Type::int2 && operand != Type::int4) return Value::numeric(arena.copy(text));
  TRIVET_TRY(const int64_t integer, numeric_to_int64(text));
  return Value::integer(integer);
}

}  // namespace

result<Value> Reader::aggregate(const Expr& expr, const std::vector<RowScope>& group) {
  if (expr.op == Op::count_rows) return Value::integer(static_cast<int64_t>(group.size()));
  std::vector<Value> values;
  for (const RowScope& row : group) {
    TRIVET_TRY(const Value value, value_of(expr.args[0], row));
    if (!value.is_null()) values.push_back(value);
  }
  if (expr.op == Op::count) return Value::integer(static_cast<int64_t>(values.size()));
  if (expr.op == Op::sum || expr.op == Op::avg)
    return total(expr.op, expr.args[0].type, values, arena_);
  if (values.empty()) return Value();
  const auto less = [&](Value a, Value b) {
    return compare_values(a, b, expr.args[0].type, enum_of(expr.args[0])) < 0;
  };
  return expr.op == Op::min ? *std::ranges::min_element(values, less)
                            : *std::ranges::max_element(values, less);
}

// Aggregates inside `expr` become parameters of a copy, which is then computed over the group's
// first row.
result<Value> Reader::grouped_value(const Expr& expr, const std::vector<RowScope>& group) {
  if (is_aggregate(expr.op)) return aggregate(expr, group);
  if (!has_aggregate(expr)) {
    TRIVET_ASSERT(!group.empty());
    return value_of(expr, group.front());
  }
  Expr computed = expr;
  std::vector<Value> params(params_.begin(), params_.end());
  for (Expr& arg : computed.args) {
    TRIVET_TRY(const Value value, grouped_value(arg, group));
    const int index = static_cast<int>(params.size());
    params.push_back(value);
    Expr replaced = make_param(index, arg.type);
    replaced.enum_index = arg.enum_index;
    arg = std::move(replaced);
  }
  const Evaluation evaluation{*database_.schema, params, &source_, arena_};
  return evaluate(evaluation, computed,
                  std::span<const RowScope>(group).first(group.empty() ? 0 : 1));
}

result<std::vector<Reader::ResultRow>> Reader::grouped_rows(const Level& level,
                                                            const std::vector<RowScope>& rows) {
  struct Group {
    std::vector<Value> keys;
    std::vector<RowScope> rows;
  };
  std::vector<const Expr*> keys;
  for (const Output& output : level.outputs)
    if (!has_aggregate(output.expr)) keys.push_back(&output.expr);
  std::vector<Group> groups;
  if (keys.empty()) groups.push_back({{}, rows});
  for (const RowScope& row : rows) {
    if (keys.empty()) break;
    std::vector<Value> own;
    for (const Expr* key : keys) {
      TRIVET_TRY(const Value value, value_of(*key, row));
      own.push_back(value);
    }
    auto known = std::ranges::find_if(groups, [&](const Group& group) {
      for (size_t i = 0; i < keys.size(); ++i)
        if (!same(*keys[i], own[i], group.keys[i])) return false;
      return true;
    });
    if (known == groups.end())
      groups.push_back({std::move(own), {row}});
    else
      known->rows.push_back(row);
  }
  std::vector<ResultRow> results;
  for (const Group& group : groups) {
    ResultRow made;
    if (!group.rows.empty()) made.row = group.rows.front();
    for (const OrderTerm& term : level.order) {
      TRIVET_TRY(const Value key, grouped_value(term.expr, group.rows));
      made.keys.push_back(key);
    }
    for (const Output& output : level.outputs) {
      TRIVET_TRY(const Value cell, grouped_value(output.expr, group.rows));
      made.cells.push_back(cell);
    }
    results.push_back(std::move(made));
  }
  return results;
}

}  // namespace trivet::store::memory
