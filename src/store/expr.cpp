#include "store/expr.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace trivet::store {

bool operator==(const Expr& a, const Expr& b) {
  return a.op == b.op && a.type == b.type && a.enum_index == b.enum_index &&
         a.is_list == b.is_list && a.is_index == b.is_index && a.depth == b.depth &&
         a.field == b.field && a.param == b.param && a.index == b.index && a.link == b.link &&
         a.key == b.key && a.text == b.text && a.args == b.args;
}

bool has_aggregate(const Expr& expr) {
  return is_aggregate(expr.op) || std::ranges::any_of(expr.args, has_aggregate);
}

Expr make_column(int field, Type type) {
  Expr expr;
  expr.op = Op::column;
  expr.type = type;
  expr.field = field;
  return expr;
}

Expr make_param(int param, Type type) {
  Expr expr;
  expr.op = Op::param;
  expr.type = type;
  expr.param = param;
  return expr;
}

Expr make_unary(Op op, Expr operand) {
  Expr expr;
  expr.op = op;
  expr.type = Type::boolean;
  expr.args.push_back(std::move(operand));
  return expr;
}

Expr make_binary(Op op, Expr left, Expr right) {
  Expr expr;
  expr.op = op;
  expr.type = Type::boolean;
  expr.args.reserve(2);
  expr.args.push_back(std::move(left));
  expr.args.push_back(std::move(right));
  return expr;
}

namespace {

Expr make_junction(Op op, Op empty, std::vector<Expr> args) {
  Expr expr;
  expr.type = Type::boolean;
  for (Expr& arg : args) {
    if (arg.op == op)
      expr.args.insert(expr.args.end(), std::make_move_iterator(arg.args.begin()),
                       std::make_move_iterator(arg.args.end()));
    else
      expr.args.push_back(std::move(arg));
  }
  if (expr.args.size() == 1) {
    Expr only = std::move(expr.args.front());
    return only;
  }
  expr.op = expr.args.empty() ? empty : op;
  return expr;
}

}  // namespace

Expr make_and(std::vector<Expr> args) {
  return make_junction(Op::and_, Op::always_true, std::move(args));
}

Expr make_or(std::vector<Expr> args) {
  return make_junction(Op::or_, Op::always_false, std::move(args));
}

}  // namespace trivet::store
