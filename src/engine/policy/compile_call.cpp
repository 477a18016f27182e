// Functions in rules.
#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "engine/policy/compile.h"
#include "value/copy.h"

namespace trivet::engine {

using schema::ExprKind;
using store::Expr;
using store::Op;

Expr RuleCompiler::call(const schema::Expr& expr) {
  const std::string& name = expr.text;
  if (name == "contains" || name == "startsWith" || name == "endsWith") return text_call(expr);
  if (name == "has" || name == "hasSome" || name == "hasEvery" || name == "isEmpty")
    return list_call(expr);
  if (name == "check") return check_call(expr);
  if (name == "regex" || name.starts_with("is")) return pattern_call(expr);
  return refuse(expr, name + "()");
}

// regex(), isEmail() and their like
Expr RuleCompiler::pattern_call(const schema::Expr& expr) {
  std::string pattern;
  if (expr.text == "regex") {
    pattern = expr.operands[1].text;
  } else {
    std::string name = expr.text.substr(2);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    int64_t number = -1;
    if (expr.operands.size() > 1) number = std::stoll(expr.operands[1].text);
    pattern = validation_pattern(name, number).value_or("");
  }
  if (auto regex = Regex::compile(pattern, CaseRule::sensitive); !regex) {
    diagnostics_.push_back({schema::DiagnosticKind::arg, expr.where, regex.error().message,
                            "use what JavaScript, PostgreSQL and RE2 read alike"});
    return truth(Op::always_false);
  }
  const TypeInfo text{Type::text, -1, false};
  Expr subject = value(expr.operands[0], text);
  RuleParam constant{RuleParamKind::constant, text, Value::text(policy_.arena.copy(pattern)), {},
                     false};
  return store::make_binary(Op::regex, std::move(subject), param(std::move(constant)));
}

Expr RuleCompiler::length_call(const schema::Expr& expr) {
  const TypeInfo type =
      declared_type(expr.operands[0]).value_or(TypeInfo{Type::text, -1, false});
  Expr length = store::make_unary(Op::length, value(expr.operands[0], type));
  length.type = Type::int4;
  return length;
}

// The rules of the related row's model hold for it; unknown without one.
Expr RuleCompiler::check_call(const schema::Expr& expr) {
  using schema::Operation;
  const std::optional<Place> row = place_of(expr.operands[0]);
  if (!row) return refuse(expr, "check() of this");
  Operation operation = operation_ == Operation::post_update ? Operation::update : operation_;
  if (expr.operands.size() > 1) {
    const std::string& name = expr.operands[1].text;
    operation = name == "create"   ? Operation::create
                : name == "read"   ? Operation::read
                : name == "update" ? Operation::update
                                   : Operation::delete_;
  }
  return at(*row, [&](uint8_t) {
    std::optional<Expr> rules = model_rule(row->model, operation);
    if (!rules) return truth(Op::always_false);
    return store::make_unary(Op::is_true, std::move(*rules));
  });
}

namespace {

std::string in_casing(std::string name, std::string_view casing) {
  const auto upper = [](unsigned char c) { return static_cast<char>(std::toupper(c)); };
  const auto lower = [](unsigned char c) { return static_cast<char>(std::tolower(c)); };
  if (casing == "upper") std::ranges::transform(name, name.begin(), upper);
  if (casing == "lower") std::ranges::transform(name, name.begin(), lower);
  if (casing == "capitalize" && !name.empty()) name[0] = upper(name[0]);
  if (casing == "uncapitalize" && !name.empty()) name[0] = lower(name[0]);
  return name;
}

}  // namespace

// currentModel(), currentOperation()
Expr RuleCompiler::current_name(const schema::Expr& expr) {
  static constexpr std::array<const char*, 5> operations = {"create", "read", "update", "delete",
                                                            "post-update"};
  std::string name = expr.text == "currentModel" ? schema_.models[model_].name
                                                 : operations[static_cast<size_t>(operation_)];
  if (!expr.operands.empty()) name = in_casing(std::move(name), expr.operands[0].text);
  const TypeInfo text{Type::text, -1, false};
  const Value value = Value::text(policy_.arena.copy(name));
  return param({RuleParamKind::constant, text, value, {}, false});
}

Expr RuleCompiler::text_call(const schema::Expr& expr) {
  if (expr.operands.size() > 2 && expr.operands[2].kind != ExprKind::literal_boolean)
    return refuse(expr.operands[2], "a third argument that isn't true or false");
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
