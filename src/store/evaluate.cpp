#include "store/evaluate.h"

#include <algorithm>

#include "base/unicode.h"
#include "store/evaluate/operators.h"
#include "value/coerce.h"

namespace trivet::store {
namespace {

class Evaluator {
 public:
  Evaluator(const Evaluation& evaluation, std::span<const RowScope> scopes)
      : evaluation_(evaluation), scopes_(scopes) {}

  result<Value> evaluate(const Expr& expr) const {
    switch (expr.op) {
      case Op::always_true:
        return Value::boolean(true);
      case Op::always_false:
        return Value::boolean(false);
      case Op::null_value:
        return Value();
      case Op::column:
        return column(expr);
      case Op::before:
        return column_before(expr);
      case Op::param:
        return evaluation_.params[expr.param];
      case Op::and_:
        return junction(expr, false);
      case Op::or_:
        return junction(expr, true);
      case Op::not_:
        return negation(expr);
      case Op::is_distinct:
        return distinctness(expr);
      case Op::is_null:
      case Op::is_not_null:
      case Op::is_true:
      case Op::is_false:
      case Op::is_unknown:
        return test(expr);
      case Op::in:
        return membership(expr);
      case Op::case_when:
        return choice(expr);
      case Op::exists:
        return existence(expr);
      case Op::related:
        return linked_value(expr);
      case Op::json_get:
      case Op::json_get_text:
      case Op::cast:
      case Op::length:
        return unary(expr);
      case Op::row_function:
      case Op::count_rows:
      case Op::count:
      case Op::sum:
      case Op::avg:
      case Op::min:
      case Op::max:
        TRIVET_ASSERT(false);
        return Value();
      default:
        return binary(expr);
    }
  }

 private:
  result<Value> column(const Expr& expr) const {
    TRIVET_ASSERT(expr.depth < scopes_.size());
    const RowScope& scope = scopes_[scopes_.size() - 1 - expr.depth];
    const int position = evaluation_.schema.models[scope.model].fields[expr.field].column;
    return position < 0 ? Value() : scope.cells[position];
  }

  // Of the row that the check is about, which is the outermost.
  result<Value> column_before(const Expr& expr) const {
    TRIVET_ASSERT(!evaluation_.before.empty());
    const int position =
        evaluation_.schema.models[scopes_.front().model].fields[expr.field].column;
    return evaluation_.before[position];
  }

  // `absorbing` decides alone; else any null makes null.
  result<Value> junction(const Expr& expr, bool absorbing) const {
    bool unknown = false;
    for (const Expr& arg : expr.args) {
      TRIVET_TRY(const Value value, evaluate(arg));
      if (value.is_null())
        unknown = true;
      else if (value.as_boolean() == absorbing)
        return Value::boolean(absorbing);
    }
    return unknown ? Value() : Value::boolean(!absorbing);
  }

  result<Value> negation(const Expr& expr) const {
    TRIVET_TRY(const Value value, evaluate(expr.args[0]));
    return value.is_null() ? value : Value::boolean(!value.as_boolean());
  }

  result<Value> test(const Expr& expr) const {
    TRIVET_TRY(const Value value, evaluate(expr.args[0]));
    switch (expr.op) {
      case Op::is_not_null:
        return Value::boolean(!value.is_null());
      case Op::is_true:
        return Value::boolean(!value.is_null() && value.as_boolean());
      case Op::is_false:
        return Value::boolean(!value.is_null() && !value.as_boolean());
      default:
        return Value::boolean(value.is_null());
    }
  }

  const schema::Enum* enum_of(const Expr& expr) const {
    int index = -1;
    for (const Expr& arg : expr.args) index = std::max(index, arg.enum_index);
    return index < 0 ? nullptr : &evaluation_.schema.enums[index];
  }

  result<Value> distinctness(const Expr& expr) const {
    TRIVET_TRY(const Value left, evaluate(expr.args[0]));
    TRIVET_TRY(const Value right, evaluate(expr.args[1]));
    if (left.is_null() || right.is_null()) return Value::boolean(left.is_null() != right.is_null());
    return Value::boolean(compare_values(left, right, expr.args[0].type, enum_of(expr)) != 0);
  }

  result<Value> binary(const Expr& expr) const {
    TRIVET_TRY(const Value left, evaluate(expr.args[0]));
    TRIVET_TRY(const Value right, evaluate(expr.args[1]));
    if (left.is_null() || right.is_null()) return Value();
    switch (expr.op) {
      case Op::eq:
      case Op::ne:
      case Op::lt:
      case Op::le:
      case Op::gt:
      case Op::ge:
        return Value::boolean(
            compare_holds(expr.op, compare_values(left, right, expr.args[0].type, enum_of(expr))));
      case Op::contains_all:
      case Op::contained_by:
      case Op::overlaps:
        return compare_sets(expr.op, left, right, expr.args[0], enum_of(expr));
      case Op::text_search:
        return search_text(expr, left, right);
      default:
        return match_text(expr.op, left, right);
    }
  }

  result<Value> membership(const Expr& expr) const {
    TRIVET_TRY(const Value left, evaluate(expr.args[0]));
    TRIVET_TRY(const Value list, evaluate(expr.args[1]));
    if (list.is_null()) return Value();
    if (list.as_list().empty()) return Value::boolean(false);
    if (left.is_null()) return Value();
    bool unknown = false;
    for (const Value& element : list.as_list()) {
      if (element.is_null())
        unknown = true;
      else if (compare_values(left, element, expr.args[0].type, enum_of(expr)) == 0)
        return Value::boolean(true);
    }
    return unknown ? Value() : Value::boolean(false);
  }

  result<Value> choice(const Expr& expr) const {
    TRIVET_TRY(const Value condition, evaluate(expr.args[0]));
    if (condition.is_null() || !condition.as_boolean()) return Value();
    return evaluate(expr.args[1]);
  }

  result<Value> unary(const Expr& expr) const {
    TRIVET_TRY(const Value value, evaluate(expr.args[0]));
    if (value.is_null()) return Value();
    if (expr.op == Op::length)
      return Value::integer(static_cast<int64_t>(value.kind() == ValueKind::list
                                                     ? value.as_list().size()
                                                     : count_code_points(value.as_text())));
    if (expr.op != Op::cast) return get_json(expr, value, evaluation_.scratch);
    return cast_value(value, expr.args[0].type, expr.type, {}, evaluation_.scratch);
  }

  // The row that a link starts from.
  const RowScope& near(const Expr& expr) const {
    TRIVET_ASSERT(expr.depth < scopes_.size());
    return scopes_[scopes_.size() - 1 - expr.depth];
  }

  std::vector<RowScope> deeper(const RowScope& row) const {
    std::vector<RowScope> scopes(scopes_.begin(), scopes_.end());
    scopes.push_back(row);
    return scopes;
  }

  result<Value> existence(const Expr& expr) const {
    TRIVET_ASSERT(evaluation_.source != nullptr);
    bool found = false;
    std::optional<Error> error;
    evaluation_.source->for_each_linked(near(expr), expr.link, [&](const RowScope& row) {
      const std::vector<RowScope> scopes = deeper(row);
      const auto value = Evaluator(evaluation_, scopes).evaluate(expr.args[0]);
      if (!value)
        error = value.error();
      else
        found = !value->is_null() && value->as_boolean();
      return !found && !error;
    });
    if (error) return std::unexpected(*error);
    return Value::boolean(found);
  }

  result<Value> linked_value(const Expr& expr) const {
    TRIVET_ASSERT(evaluation_.source != nullptr);
    result<Value> value = Value();
    evaluation_.source->for_each_linked(near(expr), expr.link, [&](const RowScope& row) {
      const std::vector<RowScope> scopes = deeper(row);
      value = Evaluator(evaluation_, scopes).evaluate(expr.args[0]);
      return false;
    });
    return value;
  }

  const Evaluation& evaluation_;
  std::span<const RowScope> scopes_;
};

}  // namespace

result<Value> evaluate(const Evaluation& evaluation, const Expr& expr,
                       std::span<const RowScope> scopes) {
  return Evaluator(evaluation, scopes).evaluate(expr);
}

result<bool> evaluate_predicate(const Evaluation& evaluation, const Expr& expr,
                                std::span<const RowScope> scopes) {
  TRIVET_TRY(const Value value, evaluate(evaluation, expr, scopes));
  return !value.is_null() && value.as_boolean();
}

}  // namespace trivet::store
