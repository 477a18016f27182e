#include "api/rest/resolve/expressions.h"

#include <fmt/format.h>

#include "value/type.h"

namespace trivet::api::rest {
namespace {

bool is_json(Type type) { return type == Type::json || type == Type::jsonb; }

std::string type_text(const Operand& operand) {
  std::string text(type_display_name(operand.type()));
  if (operand.is_list()) text += "[]";
  return text;
}

}  // namespace

result<Operand> json_steps(Operand operand, const std::vector<JsonStep>& path) {
  if (path.empty()) return operand;
  if (operand.is_list()) {
    // A list becomes JSON first, as to_jsonb() makes it.
    store::Expr json = store::make_unary(store::Op::cast, std::move(operand.expr));
    json.type = Type::jsonb;
    operand = {.expr = std::move(json), .field = nullptr};
  }
  for (const JsonStep& step : path) {
    if (!is_json(operand.type()))
      return fail(ErrorCode::undefined_operator,
                  fmt::format("operator does not exist: {} {} {}", type_text(operand),
                              step.as_text ? "->>" : "->", step.is_index ? "integer" : "unknown"),
                  {},
                  "No operator matches the given name and argument types. You might need to add "
                  "explicit type casts.");
    const Type type = step.as_text ? Type::text : operand.type();
    store::Expr get = store::make_unary(
        step.as_text ? store::Op::json_get_text : store::Op::json_get, std::move(operand.expr));
    get.type = type;
    get.is_index = step.is_index;
    get.index = step.index;
    get.key = step.key;
    operand = {.expr = std::move(get), .field = nullptr};
  }
  return operand;
}

// Of types that filters and casts have a name for.
std::optional<Operand> Expressions::computed(const Node& node, const std::string& name) {
  if (context_.computed == nullptr) return std::nullopt;
  auto found = context_.computed->find(context_.catalog.model(node.model).table(), name);
  const std::optional<Type> type = found ? parse_type_name(found->type) : std::nullopt;
  if (!type) return std::nullopt;
  store::Expr call;
  call.op = store::Op::row_function;
  call.type = *type;
  call.key = std::move(found->schema);
  call.text = std::move(found->function);
  return Operand{.expr = std::move(call), .field = nullptr};
}

result<Operand> Expressions::column(const Node& node, const FieldRef& field) {
  const Column found = context_.catalog.find_column(node.model, field.name);
  if (!found.field) {
    if (auto made = computed(node, field.name)) return json_steps(*std::move(made), field.path);
    const std::string& table = context_.catalog.model(node.model).db_name;
    const std::string alias = node.depth == 0 ? table : fmt::format("{}_{}", table, node.depth);
    return fail(ErrorCode::undefined_column,
                fmt::format("column {}.{} does not exist", alias, field.name));
  }
  Operand operand{.expr = store::make_column(found.index, found.type), .field = found.field};
  operand.expr.enum_index = found.field->enum_index;
  operand.expr.is_list = found.field->is_list;
  return json_steps(std::move(operand), field.path);
}

result<Operand> Expressions::cast(Operand operand, std::string_view type_name) {
  if (type_name.empty()) return operand;
  const std::optional<Type> type = parse_type_name(type_name);
  if (!type)
    return fail(ErrorCode::undefined_object,
                fmt::format("type \"{}\" does not exist", type_name));
  store::Expr cast = store::make_unary(store::Op::cast, std::move(operand.expr));
  cast.type = *type;
  return Operand{.expr = std::move(cast), .field = nullptr};
}

result<store::Expr> Expressions::exists(const Node& child) {
  TRIVET_TRY(store::Expr predicate, where(child));
  store::Expr exists = store::make_unary(store::Op::exists, std::move(predicate));
  exists.link = child.relationship.link;
  return exists;
}

result<store::Expr> Expressions::conditions(const Node& node) {
  std::vector<store::Expr> parts;
  for (const Logic* condition : node.conditions) {
    TRIVET_TRY(store::Expr part, logic(node, *condition));
    parts.push_back(std::move(part));
  }
  return store::make_and(std::move(parts));
}

result<store::Expr> Expressions::where(const Node& node) {
  if (const auto made = wheres_.find(&node); made != wheres_.end()) return made->second;
  std::vector<store::Expr> parts;
  if (!node.conditions.empty()) {
    TRIVET_TRY(store::Expr own, conditions(node));
    parts.push_back(std::move(own));
  }
  for (const Node& child : node.children) {
    if (child.item->join != Join::inner) continue;
    TRIVET_TRY(store::Expr part, exists(child));
    parts.push_back(std::move(part));
  }
  store::Expr all = store::make_and(std::move(parts));
  wheres_.emplace(&node, all);
  return all;
}

result<store::Expr> Expressions::logic(const Node& node, const Logic& logic_node) {
  if (logic_node.kind == Logic::Kind::filter) return filter(node, logic_node.filter);
  std::vector<store::Expr> parts;
  for (const Logic& child : logic_node.children) {
    TRIVET_TRY(store::Expr part, logic(node, child));
    parts.push_back(std::move(part));
  }
  store::Expr joined = logic_node.kind == Logic::Kind::and_ ? store::make_and(std::move(parts))
                                                            : store::make_or(std::move(parts));
  if (!logic_node.negated) return joined;
  return store::make_unary(store::Op::not_, std::move(joined));
}

}  // namespace trivet::api::rest
