#include <charconv>
#include <utility>

#include "engine/policy/compile.h"
#include "store/store.h"
#include "value/coerce.h"
#include "value/copy.h"

namespace trivet::engine {

using schema::ExprKind;
using store::Expr;
using store::Op;

namespace {

// The names after `auth()`, or nothing if `expr` is not a member chain of auth().
bool auth_path(const schema::Expr& expr, std::vector<std::string>& path) {
  if (expr.kind == ExprKind::auth) return true;
  if (expr.kind != ExprKind::member || !auth_path(expr.operands[0], path)) return false;
  path.push_back(expr.text);
  return true;
}

Type scalar_type(schema::ScalarType type) {
  switch (type) {
    case schema::ScalarType::boolean:
      return Type::boolean;
    case schema::ScalarType::int_:
      return Type::int4;
    case schema::ScalarType::bigint:
      return Type::int8;
    case schema::ScalarType::float_:
      return Type::float8;
    case schema::ScalarType::decimal:
      return Type::numeric;
    case schema::ScalarType::datetime:
      return Type::timestamp;
    case schema::ScalarType::json:
      return Type::jsonb;
    case schema::ScalarType::bytes:
      return Type::bytea;
    case schema::ScalarType::enum_:
      return Type::enum_;
    default:
      return Type::text;
  }
}

}  // namespace

std::optional<TypeInfo> RuleCompiler::declared_type(const schema::Expr& expr) const {
  const schema::Field* field = field_of(expr);
  if (field != nullptr && field->column >= 0 && !is_auth_member(expr)) return type_info(*field);
  if (expr.kind == ExprKind::call && expr.text == "now")
    return TypeInfo{Type::timestamp, -1, false};
  if (expr.kind == ExprKind::call && expr.text == "length") return TypeInfo{Type::int4, -1, false};
  std::vector<std::string> path;
  if (!auth_path(expr, path) || path.empty()) return std::nullopt;
  return TypeInfo{scalar_type(expr.type), expr.enum_index, expr.is_list};
}

// A column's type decides, then auth()'s declaration, then the literal's own.
TypeInfo RuleCompiler::operand_type(const schema::Expr& left, const schema::Expr& right) const {
  for (const schema::Expr* side : {&left, &right})
    if (const schema::Field* field = field_of(*side);
        field != nullptr && field->column >= 0 && !is_auth_member(*side))
      return type_info(*field);
  for (const schema::Expr* side : {&left, &right})
    if (auto declared = declared_type(*side)) return *declared;
  for (const schema::Expr* side : {&left, &right}) {
    if (side->kind == ExprKind::literal_boolean) return {Type::boolean, -1, false};
    if (side->kind == ExprKind::literal_number) return {Type::numeric, -1, false};
    if (side->kind == ExprKind::enum_value) return {Type::enum_, side->enum_index, false};
  }
  return {Type::text, -1, false};
}

Expr RuleCompiler::param(RuleParam wanted) {
  const bool shared = wanted.kind != RuleParamKind::constant;
  int index = static_cast<int>(policy_.params.size());
  for (size_t i = 0; shared && i < policy_.params.size(); ++i) {
    const RuleParam& known = policy_.params[i];
    if (known.kind == wanted.kind && known.type == wanted.type && known.path == wanted.path &&
        known.wrapped == wanted.wrapped)
      index = static_cast<int>(i);
  }
  Expr expr = store::make_param(index, wanted.type.type);
  expr.enum_index = wanted.type.enum_index;
  expr.is_list = wanted.type.is_list;
  if (index == static_cast<int>(policy_.params.size())) policy_.params.push_back(std::move(wanted));
  return expr;
}

int RuleCompiler::auth_param(const schema::Expr& expr, const TypeInfo& type) {
  RuleParam wanted{RuleParamKind::auth, type, {}, {}, false};
  if (!auth_path(expr, wanted.path) || wanted.path.empty()) return -1;
  return param(std::move(wanted)).param;
}

Expr RuleCompiler::value(const schema::Expr& expr, const TypeInfo& wanted) {
  if (auto access = access_of(expr)) return column(std::move(*access));
  if (int auth = auth_param(expr, wanted); auth >= 0) return param(policy_.params[auth]);
  switch (expr.kind) {
    case ExprKind::literal_null: {
      Expr null;
      null.op = Op::null_value;
      null.type = wanted.type;
      return null;
    }
    case ExprKind::array:
      return array(expr, {wanted.type, wanted.enum_index, false});
    case ExprKind::literal_boolean:
    case ExprKind::literal_number:
    case ExprKind::literal_string:
    case ExprKind::enum_value:
      return constant_param(expr, wanted);
    case ExprKind::call:
      if (expr.text == "now")
        return param({RuleParamKind::now, {Type::timestamp, -1, false}, {}, {}, false});
      if (expr.text == "length") return length_call(expr);
      if (expr.text == "currentModel" || expr.text == "currentOperation") return current_name(expr);
      if (expr.type == schema::ScalarType::boolean || expr.text == "check") return call(expr);
      return refuse(expr, expr.text + "()");
    case ExprKind::field:
      return refuse(expr, "the field \"" + expr.text + "\"");
    case ExprKind::member:
      if (expr.operands[0].kind == ExprKind::call) return before_column(expr);
      return refuse(expr, "the member \"" + expr.text + "\"");
    case ExprKind::binding:
      return refuse(expr, "the binding \"" + expr.text + "\"");
    case ExprKind::auth:
      return refuse(expr, "auth() as a value");
    case ExprKind::this_row:
      return refuse(expr, "this as a value");
    default:
      return condition(expr);
  }
}

Expr RuleCompiler::array(const schema::Expr& expr, const TypeInfo& element) {
  for (const schema::Expr& operand : expr.operands)
    if (operand.kind == ExprKind::field || operand.kind == ExprKind::member ||
        operand.kind == ExprKind::call)
      return refuse(operand, "a list of anything but literals");
  const TypeInfo list{element.type, element.enum_index, true};
  return constant_param(expr, list);
}

// One parameter for a literal, however many operations its rule is compiled for.
Expr RuleCompiler::constant_param(const schema::Expr& expr, const TypeInfo& type) {
  const auto [known, added] = constants_.try_emplace({&expr, {type.type, type.is_list}}, -1);
  if (added) {
    Expr made = param({RuleParamKind::constant, type, literal(expr, type), {}, false});
    known->second = made.param;
  }
  const TypeInfo& kept = policy_.params[known->second].type;
  Expr made = store::make_param(known->second, kept.type);
  made.enum_index = kept.enum_index;
  made.is_list = kept.is_list;
  return made;
}

// A column of the row as it was before the update.
Expr RuleCompiler::before_column(const schema::Expr& expr) {
  const schema::Field* field = field_of(expr);
  if (expr.operands[0].text != "before" || field == nullptr || field->column < 0 ||
      operation_ != schema::Operation::post_update || expr.model != scopes_[0].model)
    return refuse(expr, "this member of " + expr.operands[0].text + "()");
  const TypeInfo type = type_info(*field);
  Expr made = store::make_column(expr.field, type.type);
  made.op = Op::before;
  made.enum_index = type.enum_index;
  made.is_list = type.is_list;
  return made;
}

namespace {

Value number(const std::string& text, Type type, Arena& arena) {
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.data() + text.size();
  if (type == Type::float4 || type == Type::float8) {
    double parsed = 0;
    std::from_chars(begin, end, parsed);
    return Value::floating(parsed);
  }
  int64_t integer = 0;
  auto [stop, error] = std::from_chars(begin, end, integer);
  const bool integral = error == std::errc() && stop == end;
  if (type == Type::int2 || type == Type::int4 || type == Type::int8)
    if (integral) return Value::integer(integer);
  return Value::numeric(arena.copy({begin, static_cast<size_t>(end - begin)}));
}

}  // namespace

Value RuleCompiler::text_literal(const schema::Expr& expr, const TypeInfo& type) {
  auto value = coerce_text(expr.text, type.type, {}, policy_.arena);
  if (value) return copy_value(*value, policy_.arena);
  diagnostics_.push_back({schema::DiagnosticKind::type, expr.where, value.error().message, {}});
  return {};
}

Value RuleCompiler::literal(const schema::Expr& expr, const TypeInfo& type) {
  switch (expr.kind) {
    case ExprKind::literal_boolean:
      return Value::boolean(expr.boolean);
    case ExprKind::literal_number:
      return number(expr.text, type.type, policy_.arena);
    case ExprKind::enum_value: {
      const int index = expr.enum_index >= 0 ? expr.enum_index : type.enum_index;
      for (const schema::EnumValue& label : schema_.enums[index].values)
        if (label.name == expr.text) return Value::text(label.db_name);
      return {};
    }
    case ExprKind::literal_string:
      return text_literal(expr, type);
    case ExprKind::array: {
      std::vector<Value> elements;
      for (const schema::Expr& operand : expr.operands)
        elements.push_back(literal(operand, {type.type, type.enum_index, false}));
      return policy_.arena.copy_list(elements);
    }
    default:
      return {};
  }
}

}  // namespace trivet::engine
