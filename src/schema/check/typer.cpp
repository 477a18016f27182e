#include "schema/check/typer.h"

#include <algorithm>

#include "schema/check/values.h"

namespace trivet::schema {

using tree::Node;
using tree::NodeKind;

bool Typer::error(const Node& at, std::string message, std::string hint, DiagnosticKind kind) {
  c_.error(kind, at.where, std::move(message), std::move(hint));
  return false;
}

bool Typer::type(const Node& node, Expr& out, Value& value, int wanted) {
  out = {};
  out.where = node.where;
  out.parenthesised = node.parenthesised;
  bool fine = false;
  switch (node.kind) {
    case NodeKind::null_:
    case NodeKind::boolean:
    case NodeKind::number:
    case NodeKind::string: fine = literal(node, out, value); break;
    case NodeKind::name: fine = name(node, out, value, wanted); break;
    case NodeKind::member: fine = member(node, out, value); break;
    case NodeKind::call: fine = call(node, out, value); break;
    case NodeKind::array: fine = array(node, out, value, wanted); break;
    case NodeKind::not_: fine = negation(node, out, value); break;
    case NodeKind::binary: fine = binary(node, out, value); break;
    case NodeKind::predicate: fine = predicate(node, out, value); break;
    case NodeKind::this_:
      out.kind = ExprKind::this_row;
      out.model = rule_.index;
      out.in_type = rule_.kind == ShapeKind::type;
      value = {ValueKind::row, ScalarType::unsupported, -1, &rule_, false, false, false};
      fine = true;
      break;
    case NodeKind::object: fine = error(node, "an object has no place in a condition"); break;
    case NodeKind::invalid: break;
  }
  if (!fine) value.kind = ValueKind::invalid;
  out.type = value.kind == ValueKind::scalar ? value.scalar : ScalarType::unsupported;
  if (value.kind == ValueKind::scalar && value.enum_index >= 0) out.enum_index = value.enum_index;
  if (value.kind == ValueKind::row && value.shape->kind == ShapeKind::type) {
    out.type = ScalarType::composite;
    out.type_index = value.shape->index;
  }
  out.is_list = value.list;
  out.nullable = value.nullable;
  return fine;
}

bool Typer::boolean(const Node& node, Expr& out) {
  Value value;
  if (!type(node, out, value)) return false;
  const bool fine = !value.list && value.kind == ValueKind::scalar && value.scalar == ScalarType::boolean;
  return fine || error(node, "expected a Boolean, found " + describe(c_, value));
}

bool Typer::literal(const Node& node, Expr& out, Value& value) {
  auto made = literal_expression(node);
  made.parenthesised = out.parenthesised;
  out = std::move(made);
  value.kind = node.kind == NodeKind::null_ ? ValueKind::null_ : ValueKind::scalar;
  value.nullable = node.kind == NodeKind::null_;
  if (node.kind == NodeKind::boolean) value.scalar = ScalarType::boolean;
  if (node.kind == NodeKind::string) value.scalar = ScalarType::string;
  if (node.kind == NodeKind::number) {
    value.scalar = node.text.find('.') == std::string_view::npos ? ScalarType::int_ : ScalarType::decimal;
  }
  return true;
}

bool Typer::enum_value(const Node& node, Expr& out, Value& value, int wanted) {
  const auto found = c_.enum_values.find(node.text);
  if (found == c_.enum_values.end()) return false;
  int index = -1;
  for (const auto& [item, position] : found->second) {
    const auto* symbol = c_.lookup(c_.schema.enums[static_cast<size_t>(item)].name, rule_.file);
    if (item == wanted || (index < 0 && symbol)) index = item;
  }
  if (index < 0) return false;
  out.kind = ExprKind::enum_value;
  out.text = std::string(node.text);
  out.enum_index = index;
  value = {ValueKind::scalar, ScalarType::enum_, index, nullptr, false, false, false};
  return true;
}

bool Typer::name(const Node& node, Expr& out, Value& value, int wanted) {
  if (wanted >= 0 && c_.enums[static_cast<size_t>(wanted)].by_name.contains(node.text)) {
    return enum_value(node, out, value, wanted);
  }
  for (auto binding = bindings_.rbegin(); binding != bindings_.rend(); ++binding) {
    if (binding->name != node.text) continue;
    return error(node, quoted(node.text) + " stands for a row: use one of its fields", "write " + std::string(node.text) + ".field",
                 DiagnosticKind::place);
  }
  const int index = element_->find_field(node.text);
  if (index >= 0) {
    out.kind = ExprKind::field;
    return row_field(*element_, index, node, out, value);
  }
  if (enum_value(node, out, value, wanted)) return true;
  auto candidates = field_names(*element_);
  std::string hint = did_you_mean(node.text, candidates);
  if (element_ != &rule_ && rule_.find_field(node.text) >= 0) {
    hint = "inside [ ] names are those of " + std::string(element_->name()) + "; write this." + std::string(node.text);
  }
  return error(node, quoted(node.text) + " is not a field of " + quoted(element_->name()) + " and not an enum value", hint,
               DiagnosticKind::unknown);
}

bool Typer::row_field(const Shape& shape, int index, const Node& node, Expr& out, Value& value) {
  const auto& source = shape.fields[static_cast<size_t>(index)];
  if (source.unresolved) return false;
  const auto& field = c_.field(shape, index);
  out.text = field.name;
  out.model = shape.index;
  out.in_type = shape.kind == ShapeKind::type;
  out.field = index;
  if (field.computed) {
    return error(node, quoted(field.name) + " is computed: it can't be used in rules yet", {}, DiagnosticKind::place);
  }
  value.list = field.is_list;
  value.nullable = value.nullable || field.optional;
  if (field.kind == FieldKind::relation) {
    value.kind = ValueKind::row;
    value.shape = &c_.models[static_cast<size_t>(source.target)];
  } else if (field.type == ScalarType::composite) {
    value.kind = ValueKind::row;
    value.shape = &c_.types[static_cast<size_t>(field.type_index)];
  } else if (field.type == ScalarType::unsupported) {
    return error(node, quoted(field.name) + " has a type that rules can't use");
  } else {
    value.kind = ValueKind::scalar;
    value.scalar = field.type;
    value.enum_index = field.enum_index;
  }
  if (scope_.context == ExpressionContext::validation && value.kind == ValueKind::row && value.shape->kind != ShapeKind::type) {
    return error(node, "a validation uses the row's own fields only", {}, DiagnosticKind::place);
  }
  return true;
}

bool Typer::field_of(const Shape& shape, const Node& node, std::string_view text, Expr& out, Value& value) {
  const int index = shape.find_field(text);
  if (index >= 0) return row_field(shape, index, node, out, value);
  return error(node, "there is no field " + quoted(text) + " in " + quoted(shape.name()), did_you_mean(text, field_names(shape)),
               DiagnosticKind::unknown);
}

bool Typer::member(const Node& node, Expr& out, Value& value) {
  out.kind = ExprKind::member;
  out.text = std::string(node.text);
  if (node.op == TokenKind::left_paren) return error(node, "rows have no methods", {}, DiagnosticKind::syntax);
  const auto& inner = node.arguments[0].value;
  Expr operand;
  Value row;
  if (inner.kind == NodeKind::name) {
    for (auto binding = bindings_.rbegin(); binding != bindings_.rend(); ++binding) {
      if (binding->name != inner.text) continue;
      operand.kind = ExprKind::binding;
      operand.where = inner.where;
      operand.text = std::string(inner.text);
      operand.model = binding->shape->index;
      operand.in_type = binding->shape->kind == ShapeKind::type;
      out.operands.push_back(std::move(operand));
      value = {};
      return field_of(*binding->shape, node, node.text, out, value);
    }
    const auto* symbol = c_.lookup(inner.text, rule_.file);
    if (element_->find_field(inner.text) < 0 && symbol && symbol->node->kind == tree::DeclarationKind::enum_) {
      return error(inner, "enum values are written without the enum's name", "write " + std::string(node.text), DiagnosticKind::unknown);
    }
  }
  if (!type(inner, operand, row)) return false;
  out.operands.push_back(std::move(operand));
  if (row.list) return error(node, "a list has no fields", "use a predicate: list?[condition]", DiagnosticKind::unknown);
  const bool has_fields = row.kind == ValueKind::row || row.kind == ValueKind::auth || row.kind == ValueKind::before;
  if (!has_fields) return error(node, describe(c_, row) + " has no fields", {}, DiagnosticKind::unknown);
  value = {};
  value.from_auth = row.from_auth || row.kind == ValueKind::auth;
  value.nullable = row.nullable || value.from_auth;
  if (!field_of(*row.shape, node, node.text, out, value)) return false;
  if (row.kind == ValueKind::before && value.kind != ValueKind::scalar) {
    return error(node, "before() gives the row's own columns only");
  }
  return true;
}

bool Typer::array(const Node& node, Expr& out, Value& value, int wanted) {
  out.kind = ExprKind::array;
  value = {ValueKind::any, ScalarType::unsupported, -1, nullptr, true, false, false};
  for (const auto& element : node.arguments) {
    Expr one;
    Value inner;
    if (!type(element.value, one, inner, wanted)) return false;
    if (inner.list || inner.kind == ValueKind::row) return error(element.value, "a list holds single values here");
    if (inner.kind == ValueKind::scalar && value.kind == ValueKind::any) {
      value.kind = ValueKind::scalar;
      value.scalar = inner.scalar;
      value.enum_index = inner.enum_index;
    } else if (!compatible(value, inner)) {
      return error(element.value, "the values of a list have one type");
    }
    value.from_auth = value.from_auth || inner.from_auth;
    out.operands.push_back(std::move(one));
  }
  return true;
}

bool Typer::negation(const Node& node, Expr& out, Value& value) {
  out.kind = ExprKind::not_;
  Expr operand;
  if (!boolean(node.arguments[0].value, operand)) return false;
  value = {ValueKind::scalar, ScalarType::boolean, -1, nullptr, false, operand.nullable, false};
  out.operands.push_back(std::move(operand));
  return true;
}

bool Typer::predicate(const Node& node, Expr& out, Value& value) {
  out.kind = node.op == TokenKind::question ? ExprKind::some : node.op == TokenKind::exclamation ? ExprKind::every : ExprKind::none;
  out.text = std::string(node.text);
  Expr list;
  Value rows;
  if (!type(node.arguments[0].value, list, rows)) return false;
  if (!rows.list || rows.kind != ValueKind::row) {
    return error(node.arguments[0].value, "a predicate [ ] needs a list of rows, not " + describe(c_, rows),
                 node.arguments[0].value.kind == NodeKind::not_ ? "write !(list?[condition])" : "");
  }
  const auto* outer = element_;
  element_ = rows.shape;
  if (!node.text.empty()) bindings_.push_back({node.text, rows.shape});
  Expr condition;
  const bool fine = boolean(node.arguments[1].value, condition);
  if (!node.text.empty()) bindings_.pop_back();
  element_ = outer;
  value = {ValueKind::scalar, ScalarType::boolean, -1, nullptr, false, false, false};
  out.operands.push_back(std::move(list));
  out.operands.push_back(std::move(condition));
  return fine;
}

Expr literal_expression(const Node& node) {
  Expr out;
  out.where = node.where;
  switch (node.kind) {
    case NodeKind::boolean:
      out.kind = ExprKind::literal_boolean;
      out.boolean = node.text == "true";
      out.type = ScalarType::boolean;
      break;
    case NodeKind::number:
      out.kind = ExprKind::literal_number;
      out.text = std::string(node.text.starts_with('+') ? node.text.substr(1) : node.text);
      break;
    case NodeKind::string:
      out.kind = ExprKind::literal_string;
      out.text = decode_string(node.text);
      break;
    default: out.kind = ExprKind::literal_null;
  }
  return out;
}

bool check_expression(Context& c, const Shape& shape, const Node& node, const ExpressionScope& scope, Expr& out) {
  Value value;
  return Typer(c, shape, scope).type(node, out, value);
}

bool check_condition(Context& c, const Shape& shape, const Node& node, const ExpressionScope& scope, Expr& out) {
  return Typer(c, shape, scope).boolean(node, out);
}

bool check_default_expression(Context& c, const Shape& shape, const Node& node, const Field& field, Expr& out) {
  const ExpressionScope scope{ExpressionContext::default_};
  const Node* root = &node;
  while (root->kind == NodeKind::member) root = &root->arguments[0].value;
  if (root->kind != NodeKind::call || root->text != "auth") {
    c.error(DiagnosticKind::type, node.where, "a default is a literal, a function, or a field of auth()");
    return false;
  }
  Value value;
  if (!Typer(c, shape, scope).type(node, out, value)) return false;
  Value target{ValueKind::scalar, field.type, field.enum_index, nullptr, false, false, false};
  if (value.list == field.is_list && value.kind == ValueKind::scalar && compatible(value, target)) return true;
  c.error(DiagnosticKind::type, node.where, describe(c, value) + " doesn't fit " + quoted(field.name));
  return false;
}

}  // namespace trivet::schema
