#include "engine/policy/compile.h"

#include <algorithm>
#include <utility>

#include "engine/policy/fold.h"
#include "store/store.h"

namespace trivet::engine {

using schema::ExprKind;
using store::Expr;
using store::Op;

Expr truth(Op op) {
  Expr expr;
  expr.op = op;
  expr.type = Type::boolean;
  return expr;
}

bool is_auth_member(const schema::Expr& expr) {
  const schema::Expr* at = &expr;
  while (at->kind == ExprKind::member) at = &at->operands[0];
  return at != &expr && at->kind == ExprKind::auth;
}

bool is_literal(const schema::Expr& expr) {
  switch (expr.kind) {
    case ExprKind::literal_null:
    case ExprKind::literal_boolean:
    case ExprKind::literal_number:
    case ExprKind::literal_string:
    case ExprKind::enum_value:
    case ExprKind::array:
      return true;
    default:
      return false;
  }
}

namespace {

// A rule that check() makes larger than this is refused.
constexpr size_t rule_nodes_max = 4000;
constexpr size_t rule_depth_max = 32;

Op comparison(ExprKind kind) {
  switch (kind) {
    case ExprKind::equal:
      return Op::eq;
    case ExprKind::not_equal:
      return Op::ne;
    case ExprKind::less:
      return Op::lt;
    case ExprKind::less_equal:
      return Op::le;
    case ExprKind::greater:
      return Op::gt;
    default:
      return Op::ge;
  }
}

}  // namespace

TypeInfo type_info(const schema::Field& field) {
  return {store::field_type(field), field.enum_index, field.is_list};
}

namespace {

// (a1 or a2 …) and not coalesce(d1, false) …
Expr combine(std::vector<Expr> allows, std::vector<Expr> denies) {
  std::vector<Expr> args;
  args.push_back(store::make_or(std::move(allows)));
  for (Expr& deny : denies)
    args.push_back(store::make_unary(Op::not_, store::make_unary(Op::is_true, std::move(deny))));
  return fold(store::make_and(std::move(args)));
}

}  // namespace

std::optional<Expr> RuleCompiler::model_rule(int model, schema::Operation operation) {
  std::vector<Expr> allows;
  std::vector<Expr> denies;
  for (const schema::ModelRule& rule : schema_.models[model].rules) {
    if ((rule.operations >> static_cast<unsigned>(operation) & 1) == 0) continue;
    const bool allow = rule.effect == schema::ModelRule::Effect::allow;
    (allow ? allows : denies).push_back(compile(model, rule.condition, operation));
  }
  if (allows.empty() && operation != schema::Operation::post_update) return std::nullopt;
  if (allows.empty()) allows.push_back(truth(Op::always_true));
  return combine(std::move(allows), std::move(denies));
}

Expr RuleCompiler::field_rule(int model, int field, schema::Operation operation) {
  const bool on_read = operation == schema::Operation::read;
  std::vector<Expr> allows;
  std::vector<Expr> denies;
  for (const schema::FieldRule& rule : schema_.models[model].fields[field].rules) {
    if (!(on_read ? rule.on_read : rule.on_update)) continue;
    const bool allow = rule.effect == schema::FieldRule::Effect::allow;
    (allow ? allows : denies).push_back(compile(model, rule.condition, operation));
  }
  if (allows.empty()) allows.push_back(truth(Op::always_true));
  return combine(std::move(allows), std::move(denies));
}

Expr RuleCompiler::compile(int model, const schema::Expr& expr, schema::Operation operation) {
  const int outer_model = std::exchange(model_, model);
  const schema::Operation outer_operation = std::exchange(operation_, operation);
  std::vector<Scope> outer = std::exchange(scopes_, {{model, true, {}}});
  if (outer.empty()) nodes_ = 0;
  Expr made = fold(condition(expr));
  model_ = outer_model;
  operation_ = outer_operation;
  scopes_ = std::move(outer);
  return made;
}

Expr RuleCompiler::validation(int model, const schema::Expr& condition) {
  Expr failed = store::make_unary(
      Op::is_false, compile(model, condition, schema::Operation::create));
  return fold(store::make_unary(Op::not_, std::move(failed)));
}

Expr RuleCompiler::refuse(const schema::Expr& expr, std::string what) {
  const std::string message = what + " can't be enforced in access rules yet";
  // A rule is compiled for each operation that it is for, and reported once.
  const bool known = std::ranges::any_of(diagnostics_, [&](const schema::Diagnostic& one) {
    return one.message == message && one.where.file == expr.where.file &&
           one.where.begin == expr.where.begin;
  });
  if (!known)
    diagnostics_.push_back({schema::DiagnosticKind::policy, expr.where, message,
                            "docs/rules.md says what a rule may be made of"});
  return truth(Op::always_false);
}

Expr RuleCompiler::condition(const schema::Expr& expr) {
  if (++nodes_ > rule_nodes_max) return refuse(expr, "a rule that check() makes this large");
  if (scopes_.size() > rule_depth_max) return refuse(expr, "a rule that goes this deep");
  switch (expr.kind) {
    case ExprKind::literal_null:
      return truth(Op::null_value);
    case ExprKind::literal_boolean:
      return truth(expr.boolean ? Op::always_true : Op::always_false);
    case ExprKind::field:
    case ExprKind::member:
      return value(expr, {Type::boolean, -1, false});
    case ExprKind::not_:
      return store::make_unary(Op::not_, condition(expr.operands[0]));
    case ExprKind::and_:
    case ExprKind::or_:
      return junction(expr);
    case ExprKind::equal:
    case ExprKind::not_equal:
      return equality(expr);
    case ExprKind::less:
    case ExprKind::less_equal:
    case ExprKind::greater:
    case ExprKind::greater_equal:
      return ordering(expr);
    case ExprKind::in:
      return membership(expr);
    case ExprKind::call:
      return call(expr);
    case ExprKind::some:
    case ExprKind::every:
    case ExprKind::none:
      return collection(expr);
    default:
      return refuse(expr, "this expression as a condition");
  }
}

Expr RuleCompiler::junction(const schema::Expr& expr) {
  std::vector<Expr> args;
  for (const schema::Expr& operand : expr.operands) args.push_back(condition(operand));
  return expr.kind == ExprKind::and_ ? store::make_and(std::move(args))
                                     : store::make_or(std::move(args));
}

Expr RuleCompiler::equality(const schema::Expr& expr) {
  const schema::Expr& left = expr.operands[0];
  const schema::Expr& right = expr.operands[1];
  const bool negated = expr.kind == ExprKind::not_equal;
  if (right.kind == ExprKind::literal_null) return null_test(left, negated);
  if (left.kind == ExprKind::literal_null) return null_test(right, negated);
  if (left.kind == ExprKind::auth) return identity_test(right, negated);
  if (right.kind == ExprKind::auth) return identity_test(left, negated);
  const TypeInfo type = operand_type(left, right);
  Expr a = value(left, type);
  Expr b = value(right, type);
  return store::make_binary(negated ? Op::ne : Op::eq, std::move(a), std::move(b));
}

Expr RuleCompiler::null_test(const schema::Expr& operand, bool negated) {
  if (operand.kind == ExprKind::literal_null)
    return truth(negated ? Op::always_false : Op::always_true);
  if (operand.kind == ExprKind::auth) {
    Expr present = param({RuleParamKind::auth_present, {Type::boolean, -1, false}, {}, {}, false});
    return negated ? std::move(present) : store::make_unary(Op::not_, std::move(present));
  }
  if (auto row = place_of(operand)) return relation_null_test(operand, std::move(*row), negated);
  Expr tested = value(operand, declared_type(operand).value_or(TypeInfo{Type::text, -1, false}));
  return store::make_unary(negated ? Op::is_not_null : Op::is_null, std::move(tested));
}

// `rel == auth()`, `this == auth()`: all id fields of the auth model are equal.
Expr RuleCompiler::identity_test(const schema::Expr& row, bool negated) {
  const std::optional<Place> place = place_of(row);
  if (!place || place->model != schema_.auth_model)
    return refuse(row, "comparing auth() with this");
  const schema::Model& model = schema_.models[schema_.auth_model];
  if (!model.primary_key) return refuse(row, "comparing auth() with a model without @id");
  std::vector<Expr> args;
  for (const schema::KeyColumn& key : model.primary_key->columns) {
    const schema::Field& field = model.fields[key.field];
    RuleParam id{RuleParamKind::auth, type_info(field), {}, {field.name}, false};
    Expr own = column({*place, key.field});
    args.push_back(store::make_binary(Op::eq, std::move(own), param(std::move(id))));
  }
  Expr same = store::make_and(std::move(args));
  return negated ? store::make_unary(Op::not_, std::move(same)) : std::move(same);
}

Expr RuleCompiler::ordering(const schema::Expr& expr) {
  const TypeInfo type = operand_type(expr.operands[0], expr.operands[1]);
  Expr a = value(expr.operands[0], type);
  Expr b = value(expr.operands[1], type);
  return store::make_binary(comparison(expr.kind), std::move(a), std::move(b));
}

// An unknown list (null) makes the whole unknown, whatever a store does with a null list.
Expr RuleCompiler::guarded(Expr expr, const Expr& list) {
  if (list.op != Op::param || policy_.params[list.param].kind != RuleParamKind::auth) return expr;
  Expr known = store::make_unary(Op::is_not_null, list);
  Expr result = store::make_binary(Op::case_when, std::move(known), std::move(expr));
  result.type = Type::boolean;
  return result;
}

Expr RuleCompiler::membership(const schema::Expr& expr) {
  const schema::Expr& left = expr.operands[0];
  const schema::Expr& right = expr.operands[1];
  if (right.kind == ExprKind::array) {
    const TypeInfo type = declared_type(left).value_or(TypeInfo{Type::text, -1, false});
    bool constants = true;
    for (const schema::Expr& element : right.operands) constants = constants && is_literal(element);
    if (constants) {
      Expr a = value(left, type);
      return store::make_binary(Op::in, std::move(a), array(right, type));
    }
    std::vector<Expr> args;
    for (const schema::Expr& element : right.operands)
      args.push_back(store::make_binary(Op::eq, value(left, type), value(element, type)));
    return store::make_or(std::move(args));
  }
  TypeInfo list = declared_type(right).value_or(TypeInfo{Type::text, -1, true});
  if (is_auth_member(right)) {
    list = declared_type(left).value_or(list);
    list.is_list = true;
    Expr right_value = value(right, list);
    list.is_list = false;
    Expr left_value = value(left, list);
    return guarded(store::make_binary(Op::in, std::move(left_value), right_value), right_value);
  }
  Expr right_value = value(right, list);
  list.is_list = false;
  if (access_of(left)) return refuse(expr, "a field in a list field");
  RuleParam wrapped;
  if (is_auth_member(left)) {
    Expr scalar = value(left, list);
    wrapped = policy_.params[scalar.param];
    wrapped.wrapped = true;
  } else {
    wrapped.constant = policy_.arena.copy_list(std::vector<Value>{literal(left, list)});
  }
  wrapped.type = {list.type, list.enum_index, true};
  Expr element = param(std::move(wrapped));
  return guarded(store::make_binary(Op::contains_all, std::move(right_value), element), element);
}

}  // namespace trivet::engine
