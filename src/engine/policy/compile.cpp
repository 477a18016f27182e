#include "engine/policy/compile.h"

#include <utility>

#include "engine/policy/fold.h"
#include "store/store.h"

namespace trivet::engine {

using schema::ExprKind;
using store::Expr;
using store::Op;

namespace {

Expr constant(Op op) {
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

Expr RuleCompiler::compile(int model, const schema::Expr& expr) {
  model_ = model;
  return fold(condition(expr));
}

Expr RuleCompiler::refuse(const schema::Expr& expr, std::string what) {
  diagnostics_.push_back({schema::DiagnosticKind::policy, expr.where,
                          what + " can't be enforced in access rules yet",
                          "compare the model's own fields with literals, auth() and now()"});
  return constant(Op::always_false);
}

Expr RuleCompiler::condition(const schema::Expr& expr) {
  switch (expr.kind) {
    case ExprKind::literal_null:
      return constant(Op::null_value);
    case ExprKind::literal_boolean:
      return constant(expr.boolean ? Op::always_true : Op::always_false);
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
      return refuse(expr, "the collection predicate ?[ ]");
    case ExprKind::every:
      return refuse(expr, "the collection predicate ![ ]");
    case ExprKind::none:
      return refuse(expr, "the collection predicate ^[ ]");
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
    return constant(negated ? Op::always_false : Op::always_true);
  if (operand.kind == ExprKind::auth) {
    Expr present = param({RuleParamKind::auth_present, {Type::boolean, -1, false}, {}, {}, false});
    return negated ? std::move(present) : store::make_unary(Op::not_, std::move(present));
  }
  // A to-one relation is null where any column of its foreign key is.
  if (const schema::Relation* relation = own_relation(operand)) {
    std::vector<Expr> args;
    for (int field : relation->from_fields)
      args.push_back(store::make_unary(negated ? Op::is_not_null : Op::is_null, column(field)));
    return negated ? store::make_and(std::move(args)) : store::make_or(std::move(args));
  }
  Expr tested = value(operand, declared_type(operand).value_or(TypeInfo{Type::text, -1, false}));
  return store::make_unary(negated ? Op::is_not_null : Op::is_null, std::move(tested));
}

// `rel == auth()`, `this == auth()`: all id fields of the auth model are equal.
Expr RuleCompiler::identity_test(const schema::Expr& row, bool negated) {
  std::vector<std::pair<int, int>> pairs;  // own field, field of the auth model
  if (row.kind == ExprKind::this_row && schema_.auth_model == model_) {
    const schema::Model& model = schema_.models[model_];
    if (!model.primary_key) return refuse(row, "auth() == this on a model without @id");
    for (const schema::KeyColumn& key : model.primary_key->columns)
      pairs.emplace_back(key.field, key.field);
  } else if (const schema::Relation* relation = own_relation(row)) {
    for (size_t i = 0; i < relation->from_fields.size(); ++i)
      pairs.emplace_back(relation->from_fields[i], relation->to_fields[i]);
  } else {
    return refuse(row, "comparing auth() with a relation whose foreign key is elsewhere");
  }
  std::vector<Expr> args;
  for (auto [own, other] : pairs) {
    RuleParam id{RuleParamKind::auth, type_info(schema_.models[model_].fields[own]), {}, {}, false};
    id.path = {schema_.models[schema_.auth_model].fields[other].name};
    args.push_back(store::make_binary(Op::eq, column(own), param(std::move(id))));
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
  if (own_column(left) >= 0) return refuse(expr, "a field in a list field");
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

Expr RuleCompiler::call(const schema::Expr& expr) {
  const std::string& name = expr.text;
  if (name == "contains" || name == "startsWith" || name == "endsWith") return text_call(expr);
  if (name == "has" || name == "hasSome" || name == "hasEvery" || name == "isEmpty")
    return list_call(expr);
  return refuse(expr, name + "()");
}

Expr RuleCompiler::text_call(const schema::Expr& expr) {
  const bool fold_case = expr.operands.size() > 2 && expr.operands[2].boolean;
  Op op = expr.text == "contains"     ? (fold_case ? Op::icontains : Op::contains)
          : expr.text == "startsWith" ? (fold_case ? Op::istarts_with : Op::starts_with)
                                      : (fold_case ? Op::iends_with : Op::ends_with);
  const TypeInfo text{Type::text, -1, false};
  Expr subject = value(expr.operands[0], text);
  Expr pattern = value(expr.operands[1], text);
  return store::make_binary(op, std::move(subject), std::move(pattern));
}

Expr RuleCompiler::list_call(const schema::Expr& expr) {
  const TypeInfo list = declared_type(expr.operands[0]).value_or(TypeInfo{Type::text, -1, true});
  const TypeInfo element{list.type, list.enum_index, false};
  Expr subject = value(expr.operands[0], {list.type, list.enum_index, true});
  RuleParam right;
  right.type = {list.type, list.enum_index, true};
  if (expr.text == "isEmpty") {
    right.constant = policy_.arena.copy_list({});
    return guarded(store::make_binary(Op::contained_by, subject, param(std::move(right))), subject);
  }
  const schema::Expr& given = expr.operands[1];
  if (is_auth_member(given)) {
    Expr plain =
        value(given, expr.text == "has" ? element : TypeInfo{list.type, list.enum_index, true});
    right = policy_.params[plain.param];
    right.wrapped = expr.text == "has";
    right.type.is_list = true;
  } else if (is_literal(given)) {
    const bool wrap = given.kind != ExprKind::array;
    right.constant = wrap ? policy_.arena.copy_list(std::vector<Value>{literal(given, element)})
                          : literal(given, {list.type, list.enum_index, true});
  } else {
    return refuse(given, "this argument of " + expr.text + "()");
  }
  Expr wanted = param(std::move(right));
  const Op op = expr.text == "hasSome" ? Op::overlaps : Op::contains_all;
  Expr test = store::make_binary(op, subject, wanted);
  return guarded(guarded(std::move(test), wanted), subject);
}

}  // namespace trivet::engine
