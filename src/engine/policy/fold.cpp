#include "engine/policy/fold.h"

#include <algorithm>
#include <utility>

namespace trivet::engine {
namespace {

using store::Expr;
using store::Op;

Expr constant(Op op) {
  Expr expr;
  expr.op = op;
  expr.type = Type::boolean;
  return expr;
}

Expr typed_null(Type type) {
  Expr null = constant(Op::null_value);
  null.type = type;
  return null;
}

bool is_constant(const Expr& expr) {
  return expr.op == Op::always_true || expr.op == Op::always_false || expr.op == Op::null_value;
}

Expr fold_not(Expr expr) {
  switch (expr.args[0].op) {
    case Op::always_true:
      return constant(Op::always_false);
    case Op::always_false:
      return constant(Op::always_true);
    case Op::null_value:
      return constant(Op::null_value);
    case Op::not_: {
      Expr inner = std::move(expr.args[0].args[0]);
      return inner;
    }
    default:
      return expr;
  }
}

// `absorbing` decides the whole, the other constant disappears; null stays, since it may still lose
// to `absorbing`.
Expr fold_junction(Expr expr, Op absorbing) {
  const Op neutral = absorbing == Op::always_false ? Op::always_true : Op::always_false;
  std::vector<Expr> kept;
  bool null_seen = false;
  for (Expr& arg : expr.args) {
    if (arg.op == absorbing) return constant(absorbing);
    if (arg.op == neutral) continue;
    if (arg.op == Op::null_value && std::exchange(null_seen, true)) continue;
    kept.push_back(std::move(arg));
  }
  if (kept.empty()) return constant(neutral);
  if (kept.size() == 1) {
    Expr only = std::move(kept[0]);
    return only;
  }
  return absorbing == Op::always_false ? store::make_and(std::move(kept))
                                       : store::make_or(std::move(kept));
}

Expr fold_test(Expr expr) {
  const Op operand = expr.args[0].op;
  if (!is_constant(expr.args[0])) return expr;
  const bool null = operand == Op::null_value;
  bool value = false;
  switch (expr.op) {
    case Op::is_null:
    case Op::is_unknown:
      value = null;
      break;
    case Op::is_not_null:
      value = !null;
      break;
    case Op::is_true:
      value = operand == Op::always_true;
      break;
    case Op::is_false:
      value = operand == Op::always_false;
      break;
    default:
      return expr;
  }
  return constant(value ? Op::always_true : Op::always_false);
}

bool is_strict(Op op) {
  switch (op) {
    case Op::eq:
    case Op::ne:
    case Op::lt:
    case Op::le:
    case Op::gt:
    case Op::ge:
    case Op::like:
    case Op::ilike:
    case Op::regex:
    case Op::iregex:
    case Op::contains:
    case Op::starts_with:
    case Op::ends_with:
    case Op::icontains:
    case Op::istarts_with:
    case Op::iends_with:
    case Op::contains_all:
    case Op::contained_by:
    case Op::overlaps:
    case Op::length:
      return true;
    default:
      return false;
  }
}

Expr fold_case(Expr expr) {
  if (expr.args[0].op == Op::always_true) {
    Expr value = std::move(expr.args[1]);
    return value;
  }
  if (!is_constant(expr.args[0])) return expr;
  return typed_null(expr.type);
}

// Where null is as good as false.
Expr drop_nulls(Expr expr) {
  if (expr.op == Op::null_value) return constant(Op::always_false);
  if (expr.op != Op::and_ && expr.op != Op::or_) return expr;
  for (Expr& arg : expr.args) arg = drop_nulls(std::move(arg));
  return fold_junction(std::move(expr), expr.op == Op::and_ ? Op::always_false : Op::always_true);
}

}  // namespace

Expr fold(Expr expr) {
  for (Expr& arg : expr.args) arg = fold(std::move(arg));
  switch (expr.op) {
    case Op::not_:
      return fold_not(std::move(expr));
    case Op::and_:
      return fold_junction(std::move(expr), Op::always_false);
    case Op::or_:
      return fold_junction(std::move(expr), Op::always_true);
    case Op::is_null:
    case Op::is_not_null:
    case Op::is_true:
    case Op::is_false:
    case Op::is_unknown:
      return fold_test(std::move(expr));
    case Op::case_when:
      return fold_case(std::move(expr));
    case Op::exists:
      expr.args[0] = drop_nulls(std::move(expr.args[0]));
      if (expr.args[0].op == Op::always_false) return constant(Op::always_false);
      return expr;
    case Op::related:
      if (expr.args[0].op != Op::null_value) return expr;
      return typed_null(expr.type);
    default:
      break;
  }
  if (is_strict(expr.op) &&
      std::ranges::any_of(expr.args, [](const Expr& arg) { return arg.op == Op::null_value; }))
    return constant(Op::null_value);
  return expr;
}

Expr fold_filter(Expr expr) { return drop_nulls(fold(std::move(expr))); }

}  // namespace trivet::engine
