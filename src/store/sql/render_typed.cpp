// Expressions of databases that know types: PostgreSQL.
#include <algorithm>
#include <string>

#include "store/sql/renderer.h"
#include "store/store.h"

namespace trivet::store::sql {

namespace {

std::string_view plain_type_name(Type type) {
  switch (type) {
    case Type::boolean:
      return "boolean";
    case Type::int2:
      return "smallint";
    case Type::int4:
      return "integer";
    case Type::int8:
      return "bigint";
    case Type::float4:
      return "real";
    case Type::float8:
      return "double precision";
    case Type::numeric:
      return "numeric";
    case Type::varchar:
      return "varchar";
    case Type::bpchar:
      return "bpchar";
    case Type::citext:
      return "citext";
    case Type::bytea:
      return "bytea";
    case Type::json:
      return "json";
    case Type::jsonb:
      return "jsonb";
    case Type::timestamp:
      return "timestamp";
    case Type::timestamptz:
      return "timestamptz";
    case Type::date:
      return "date";
    case Type::time:
      return "time";
    case Type::timetz:
      return "timetz";
    case Type::uuid:
      return "uuid";
    case Type::unknown:
    case Type::text:
    case Type::enum_:
    case Type::other_text:
      return "text";
  }
  return "text";
}

// The elements that an array of them, sent in binary, may carry whatever the database's own numbers
// of types are; others go as text.
bool has_fixed_number(Type type) {
  return type != Type::citext && type != Type::enum_ && type != Type::other_text &&
         type != Type::unknown;
}

}  // namespace

void Renderer::type_name(Type type, int enum_index) {
  if (type == Type::enum_ && enum_index >= 0) return identifier(schema_.enums[enum_index].type());
  raw(plain_type_name(type));
}

void Renderer::parameter(const Binding& binding) {
  auto found = std::ranges::find(bindings_, binding);
  if (found == bindings_.end()) found = bindings_.insert(bindings_.end(), binding);
  text_ += dialect_.parameter;
  text_ += std::to_string(found - bindings_.begin() + 1);
}

void Renderer::bind_typed(BindKind kind, int index, Type type, int enum_index) {
  if (type != Type::enum_) enum_index = -1;
  parameter({kind, index, type, enum_index});
  raw("::");
  type_name(type, enum_index);
}

void Renderer::bind_list(BindKind kind, int index, Type element, int enum_index) {
  const bool fixed = has_fixed_number(element);
  // A list is marked in the binding by its kind; a value of a list column keeps its own.
  parameter(
      {kind == BindKind::param ? BindKind::list : kind, index, fixed ? element : Type::text, -1});
  raw("::");
  raw(fixed ? plain_type_name(element) : "text");
  raw("[]");
  if (fixed || element == Type::unknown || element == Type::other_text) return;
  raw("::");
  type_name(element, enum_index);
  raw("[]");
}

// Types that are only compared as text are made text where they are read: by their output function,
// which a cast of inet, for one, is not.
void Renderer::typed_column(const Scope& scope, const schema::Field& field) {
  const bool as_text = field_type(field) == Type::other_text && !field.is_list;
  if (as_text) raw("(to_jsonb(");
  column(scope.alias, field.db_name);
  if (as_text) raw(") #>> '{}')");
  if (field.native.name == "Money") raw("::numeric");
}

void Renderer::typed_comparison(const Expr& expr, std::string_view sign) {
  const bool document = expr.args[0].type == Type::json || expr.args[1].type == Type::json;
  const int enum_index = std::max(expr.args[0].enum_index, expr.args[1].enum_index);
  for (size_t i = 0; i < 2; ++i) {
    const Expr& side = expr.args[i];
    raw(i == 0 ? "(" : sign);
    // A parameter may not know of which enum it is, where the other side does.
    if (side.op == Op::param && side.type == Type::enum_ && !side.is_list)
      bind_typed(BindKind::param, side.param, side.type, enum_index);
    else
      expression(side);
    if (document) raw("::jsonb");
  }
  raw(")");
}

void Renderer::typed_in_list(const Expr& expr) {
  const Expr& left = expr.args[0];
  const bool document = left.type == Type::json;
  raw("(");
  expression(left);
  if (document) raw("::jsonb");
  raw(" = ANY(");
  bind_list(BindKind::list, expr.args[1].param, document ? Type::jsonb : left.type,
            left.enum_index);
  raw("))");
}

}  // namespace trivet::store::sql
