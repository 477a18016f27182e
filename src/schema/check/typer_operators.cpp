#include "schema/check/typer.h"

namespace trivet::schema {

using tree::Node;
using tree::NodeKind;

bool is_number(const Value& value) {
  if (value.kind == ValueKind::any || value.kind == ValueKind::invalid) return true;
  if (value.kind != ValueKind::scalar) return false;
  return value.scalar == ScalarType::int_ || value.scalar == ScalarType::bigint || value.scalar == ScalarType::float_ ||
         value.scalar == ScalarType::decimal;
}

bool compatible(const Value& a, const Value& b) {
  const auto open = [](const Value& v) {
    return v.kind == ValueKind::invalid || v.kind == ValueKind::any || v.kind == ValueKind::null_ ||
           (v.kind == ValueKind::scalar && (v.scalar == ScalarType::json || v.scalar == ScalarType::bytes));
  };
  if (open(a) || open(b)) return a.kind != ValueKind::row && b.kind != ValueKind::row;
  if (a.kind != ValueKind::scalar || b.kind != ValueKind::scalar) return false;
  if (is_number(a) && is_number(b)) return true;
  return a.scalar == b.scalar && (a.scalar != ScalarType::enum_ || a.enum_index == b.enum_index);
}

std::string describe(const Context& c, const Value& value) {
  std::string name;
  switch (value.kind) {
    case ValueKind::invalid: name = "an error"; break;
    case ValueKind::null_: return "null";
    case ValueKind::any: name = "a value"; break;
    case ValueKind::row: name = std::string(value.shape->name()); break;
    case ValueKind::auth: return "the user";
    case ValueKind::before: return "before()";
    case ValueKind::scalar:
      name = value.enum_index >= 0 ? c.schema.enums[static_cast<size_t>(value.enum_index)].name : std::string(scalar_name(value.scalar));
  }
  return value.list ? "a list of " + name : name;
}

bool Typer::binary(const Node& node, Expr& out, Value& value) {
  bool fine = false;
  switch (node.op) {
    case TokenKind::and_and:
    case TokenKind::or_or: fine = logical(node, out); break;
    case TokenKind::equal:
    case TokenKind::not_equal: fine = equality(node, out); break;
    case TokenKind::identifier: fine = membership(node, out); break;
    default: fine = order(node, out);
  }
  value = {ValueKind::scalar, ScalarType::boolean, -1, nullptr, false, false, false};
  for (const auto& operand : out.operands) value.nullable = value.nullable || operand.nullable;
  if (out.kind == ExprKind::equal || out.kind == ExprKind::not_equal) {
    for (const auto& operand : out.operands) value.nullable = value.nullable && operand.kind != ExprKind::literal_null;
  }
  return fine;
}

bool Typer::logical(const Node& node, Expr& out) {
  out.kind = node.op == TokenKind::and_and ? ExprKind::and_ : ExprKind::or_;
  Expr left, right;
  bool fine = boolean(node.arguments[0].value, left);
  fine = boolean(node.arguments[1].value, right) && fine;
  out.operands.push_back(std::move(left));
  out.operands.push_back(std::move(right));
  return fine;
}

// The enum of a field or chain at `node`, without reporting; -1 if it is none.
int Typer::enum_of(const Node& node) const {
  const Shape* shape = nullptr;
  std::string_view name = node.text;
  if (node.kind == NodeKind::name) {
    shape = element_;
  } else if (node.kind == NodeKind::member) {
    const auto& inner = node.arguments[0].value;
    if (inner.kind == NodeKind::this_) shape = &rule_;
    if (inner.kind == NodeKind::call && inner.text == "before") shape = &rule_;
    if (inner.kind == NodeKind::call && inner.text == "auth") {
      if (c_.schema.auth_model >= 0) shape = &c_.models[static_cast<size_t>(c_.schema.auth_model)];
      else if (c_.schema.auth_type >= 0) shape = &c_.types[static_cast<size_t>(c_.schema.auth_type)];
    }
    if (inner.kind == NodeKind::name || inner.kind == NodeKind::member) shape = shape_of(inner);
  }
  if (!shape) return -1;
  const int index = shape->find_field(name);
  return index < 0 ? -1 : c_.field(*shape, index).enum_index;
}

// The model or type of the row that a chain leads to, without reporting; null if it leads to none.
const Shape* Typer::shape_of(const Node& node) const {
  const Shape* from = nullptr;
  if (node.kind == NodeKind::this_) return &rule_;
  if (node.kind == NodeKind::call && node.text == "auth") {
    if (c_.schema.auth_model >= 0) return &c_.models[static_cast<size_t>(c_.schema.auth_model)];
    return c_.schema.auth_type >= 0 ? &c_.types[static_cast<size_t>(c_.schema.auth_type)] : nullptr;
  }
  if (node.kind == NodeKind::name) {
    for (auto binding = bindings_.rbegin(); binding != bindings_.rend(); ++binding) {
      if (binding->name == node.text) return binding->shape;
    }
    from = element_;
  } else if (node.kind == NodeKind::member) {
    from = shape_of(node.arguments[0].value);
  }
  const int index = from ? from->find_field(node.text) : -1;
  if (index < 0) return nullptr;
  const auto& field = c_.field(*from, index);
  if (field.kind == FieldKind::relation) return &c_.models[static_cast<size_t>(from->fields[static_cast<size_t>(index)].target)];
  return field.type_index >= 0 ? &c_.types[static_cast<size_t>(field.type_index)] : nullptr;
}

// Types both operands; bare names are looked up in the enum of the other side first.
bool Typer::sides(const Node& node, Expr& out, Value& left, Value& right) {
  const auto& a = node.arguments[0].value;
  const auto& b = node.arguments[1].value;
  const int enum_a = enum_of(a), enum_b = enum_of(b);
  Expr first, second;
  bool fine = type(a, first, left, enum_a < 0 ? enum_b : -1);
  fine = type(b, second, right, enum_a) && fine;
  out.operands.push_back(std::move(first));
  out.operands.push_back(std::move(second));
  return fine;
}

bool Typer::order(const Node& node, Expr& out) {
  switch (node.op) {
    case TokenKind::less: out.kind = ExprKind::less; break;
    case TokenKind::less_equal: out.kind = ExprKind::less_equal; break;
    case TokenKind::greater: out.kind = ExprKind::greater; break;
    default: out.kind = ExprKind::greater_equal;
  }
  Value left, right;
  if (!sides(node, out, left, right)) return false;
  const auto date = [](const Value& v) { return v.kind == ValueKind::scalar && v.scalar == ScalarType::datetime; };
  const bool null = left.kind == ValueKind::null_ || right.kind == ValueKind::null_;
  const bool fine = !left.list && !right.list && !null && ((is_number(left) && is_number(right)) || (date(left) && date(right)));
  return fine || error(node, "can't order " + describe(c_, left) + " and " + describe(c_, right),
                       "`<` and `>` compare numbers, or DateTime with DateTime");
}

bool Typer::compare_null(const Node& node, const Value& other) {
  if (other.list) return error(node, "a list is never null", "use isEmpty(list)");
  if (other.kind == ValueKind::null_ || other.kind == ValueKind::auth || other.kind == ValueKind::any) return true;
  if (other.nullable || scope_.context == ExpressionContext::validation) return true;
  return error(node, describe(c_, other) + " is required here: it is never null");
}

bool Typer::compare_rows(const Node& node, const Value& left, const Value& right) {
  const bool one_auth = (left.kind == ValueKind::auth) != (right.kind == ValueKind::auth);
  const bool rows = !left.list && !right.list && left.shape && right.shape;
  if (one_auth && rows && left.kind != ValueKind::scalar && right.kind != ValueKind::scalar) {
    if (left.shape == right.shape) return true;
    return error(node, "auth() is a " + std::string((left.kind == ValueKind::auth ? left : right).shape->name()) + ", not a " +
                           std::string((left.kind == ValueKind::auth ? right : left).shape->name()));
  }
  return error(node, "rows are compared with auth() or null only", "compare their ids");
}

bool Typer::equality(const Node& node, Expr& out) {
  out.kind = node.op == TokenKind::equal ? ExprKind::equal : ExprKind::not_equal;
  Value left, right;
  if (!sides(node, out, left, right)) return false;
  if (left.kind == ValueKind::null_) return compare_null(node, right);
  if (right.kind == ValueKind::null_) return compare_null(node, left);
  const auto is_row = [](const Value& v) {
    return v.kind == ValueKind::row || v.kind == ValueKind::auth || v.kind == ValueKind::before;
  };
  if (is_row(left) || is_row(right)) return compare_rows(node, left, right);
  if (left.list != right.list) {
    return error(node, "can't compare " + describe(c_, left) + " with " + describe(c_, right), "use has(list, value) or `value in list`");
  }
  return compatible(left, right) || error(node, "can't compare " + describe(c_, left) + " with " + describe(c_, right));
}

bool Typer::membership(const Node& node, Expr& out) {
  out.kind = ExprKind::in;
  Value left, right;
  if (!sides(node, out, left, right)) return false;
  const bool scalars = left.kind != ValueKind::row && left.kind != ValueKind::auth && left.kind != ValueKind::before &&
                       left.kind != ValueKind::null_ && !left.list && right.kind != ValueKind::row;
  if (!scalars || !right.list) {
    return error(node, "`in` needs a single value and a list, not " + describe(c_, left) + " and " + describe(c_, right));
  }
  return compatible(left, right) || error(node, describe(c_, left) + " is never in " + describe(c_, right));
}

}  // namespace trivet::schema
