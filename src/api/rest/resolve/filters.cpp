#include <fmt/format.h>

#include "api/rest/resolve/expressions.h"
#include "value/fold.h"
#include "value/regex.h"
#include "value/type.h"

namespace trivet::api::rest {
namespace {

using store::Op;

bool is_text(Type type) {
  return type == Type::text || type == Type::varchar || type == Type::bpchar ||
         type == Type::citext || type == Type::unknown;
}

bool is_pattern(FilterOp op) { return op >= FilterOp::like && op <= FilterOp::imatch; }

Op comparison_op(FilterOp op) {
  switch (op) {
    case FilterOp::eq: return Op::eq;
    case FilterOp::neq: return Op::ne;
    case FilterOp::gt: return Op::gt;
    case FilterOp::gte: return Op::ge;
    case FilterOp::lt: return Op::lt;
    case FilterOp::lte: return Op::le;
    case FilterOp::like: return Op::like;
    case FilterOp::ilike: return Op::ilike;
    case FilterOp::match: return Op::regex;
    case FilterOp::imatch: return Op::iregex;
    case FilterOp::isdistinct: return Op::is_distinct;
    case FilterOp::cs: return Op::contains_all;
    case FilterOp::cd: return Op::contained_by;
    default: return Op::overlaps;
  }
}

std::string_view sql_operator(FilterOp op) {
  static constexpr std::string_view names[] = {
      "=", "<>", ">", ">=", "<", "<=", "~~", "~~*", "~", "~*", "=", "is", "=",
      "@@", "@@", "@@", "@@", "@>", "<@", "&&", "<<", ">>", "&<", "&>", "-|-"};
  return names[static_cast<size_t>(op)];
}

bool type_has(const Operand& operand, FilterOp op) {
  const Type type = operand.type();
  if (op >= FilterOp::sl) return false;
  if (op == FilterOp::cs || op == FilterOp::cd) return operand.is_list() || type == Type::jsonb;
  if (op == FilterOp::ov) return operand.is_list();
  if (is_pattern(op)) return !operand.is_list() && is_text(type);
  return type != Type::json;
}

std::string type_text(const Operand& operand, const schema::Schema& schema) {
  const bool named = operand.type() == Type::enum_ && operand.expr.enum_index >= 0;
  std::string text(named ? std::string_view(schema.enums[operand.expr.enum_index].db_name)
                         : type_display_name(operand.type()));
  if (operand.is_list()) text += "[]";
  return text;
}

constexpr std::string_view operator_hint =
    "No operator matches the given name and argument types. You might need to add explicit type "
    "casts.";

store::Expr typed_param(int param, const Operand& operand) {
  store::Expr expr = store::make_param(param, operand.type());
  expr.enum_index = operand.expr.enum_index;
  expr.is_list = operand.is_list();
  return expr;
}

Literal literal_for(const Operand& operand, FilterOp op) {
  Literal literal{.type = operand.type(), .is_list = operand.is_list(), .field = operand.field};
  if (is_pattern(op)) {
    literal.type = Type::text;
    literal.field = nullptr;
    if (op == FilterOp::like || op == FilterOp::ilike) literal.kind = Literal::Kind::pattern;
  }
  return literal;
}

result<void> check_pattern(FilterOp op, std::string_view pattern) {
  if (op == FilterOp::match || op == FilterOp::imatch) {
    TRIVET_TRY([[maybe_unused]] const Regex regex, Regex::compile(pattern, CaseRule::sensitive));
  }
  return {};
}

}  // namespace

result<void> check_operator(const Operand& operand, FilterOp op,
                            const schema::Schema& schema) {
  if (type_has(operand, op)) return {};
  return fail(ErrorCode::undefined_operator,
              fmt::format("operator does not exist: {} {} unknown", type_text(operand, schema),
                          sql_operator(op)),
              {}, std::string(operator_hint));
}

result<store::Expr> Expressions::filter(const Node& node, const Filter& filter) {
  const bool null_test = filter.op == FilterOp::is &&
                         (filter.is == IsValue::null || filter.is == IsValue::not_null);
  if (null_test && filter.field.path.empty())
    if (const Node* child = node.find_child(filter.field.name)) return embed_filter(*child, filter);
  TRIVET_TRY(const Operand operand, column(node, filter.field));
  TRIVET_TRY(store::Expr expr, operation(operand, filter));
  if (!filter.negated) return expr;
  return store::make_unary(Op::not_, std::move(expr));
}

// "null" = no child is left after the child's own filters.
result<store::Expr> Expressions::embed_filter(const Node& child, const Filter& filter) {
  TRIVET_TRY(store::Expr found, exists(child));
  const bool wants_none = (filter.is == IsValue::null) != filter.negated;
  if (!wants_none) return found;
  return store::make_unary(Op::not_, std::move(found));
}

namespace {

result<store::Expr> is_test(const Operand& operand, IsValue value,
                            const schema::Schema& schema) {
  switch (value) {
    case IsValue::null: return store::make_unary(Op::is_null, operand.expr);
    case IsValue::not_null: return store::make_unary(Op::is_not_null, operand.expr);
    default: break;
  }
  const std::string_view word = value == IsValue::true_    ? "TRUE"
                                : value == IsValue::false_ ? "FALSE"
                                                           : "UNKNOWN";
  if (operand.type() != Type::boolean || operand.is_list())
    return fail(ErrorCode::datatype_mismatch,
                fmt::format("argument of IS {} must be type boolean, not type {}", word,
                            type_text(operand, schema)));
  const Op op = value == IsValue::true_    ? Op::is_true
                : value == IsValue::false_ ? Op::is_false
                                           : Op::is_unknown;
  return store::make_unary(op, operand.expr);
}

}  // namespace

result<store::Expr> Expressions::operation(const Operand& operand, const Filter& filter) {
  if (filter.op == FilterOp::is) return is_test(operand, filter.is, *context_.catalog.schema());
  if (filter.op >= FilterOp::fts && filter.op <= FilterOp::wfts)
    return text_search(operand, filter);
  TRIVET_CHECK(check_operator(operand, filter.op, *context_.catalog.schema()));
  if (filter.op == FilterOp::in) return membership(operand, filter);
  if (filter.quantifier != Quantifier::none) return quantified(operand, filter);
  return comparison(operand, filter);
}

result<store::Expr> Expressions::comparison(const Operand& operand, const Filter& filter) {
  TRIVET_CHECK(check_pattern(filter.op, filter.value));
  const Literal literal = literal_for(operand, filter.op);
  TRIVET_TRY(const int param,
             parameters_.add_literal(literal, filter.value, filter.segment, context_));
  store::Expr right = is_pattern(filter.op) ? store::make_param(param, Type::text)
                                            : typed_param(param, operand);
  return store::make_binary(comparison_op(filter.op), operand.expr, std::move(right));
}

result<store::Expr> Expressions::membership(const Operand& operand, const Filter& filter) {
  TRIVET_TRY(const int param, parameters_.add_list(literal_for(operand, FilterOp::eq), filter.list,
                                                   filter.segment, context_));
  store::Expr right = typed_param(param, operand);
  right.is_list = true;
  return store::make_binary(Op::in, operand.expr, std::move(right));
}

// op(any).{…} and op(all).{…}: a list for equality, else one comparison for each element.
result<store::Expr> Expressions::quantified(const Operand& operand, const Filter& filter) {
  const bool any = filter.quantifier == Quantifier::any;
  const bool stars = filter.op == FilterOp::like || filter.op == FilterOp::ilike;
  const std::string text = stars ? like_from_stars(filter.value) : filter.value;
  CoerceContext rules;
  if (operand.field)
    rules = context_.catalog.coerce_context(*operand.field, operand.type(), Catalog::Use::compare);
  rules.zone = context_.zone;
  rules.list_values_max = context_.limits.list_values_max;
  const Type type = is_pattern(filter.op) ? Type::text : operand.type();
  TRIVET_TRY(const std::vector<Value> elements,
             parse_array_literal(parameters_.arena.copy(text), type, rules, parameters_.arena));
  if (any && filter.op == FilterOp::eq) {
    store::Expr list = typed_param(parameters_.add(parameters_.arena.copy_list(elements)), operand);
    list.is_list = true;
    return store::make_binary(Op::in, operand.expr, std::move(list));
  }
  std::vector<store::Expr> parts;
  for (const Value element : elements) {
    if (element.kind() == ValueKind::text) TRIVET_CHECK(check_pattern(filter.op, element.as_text()));
    store::Expr right = store::make_param(parameters_.add(element), type);
    right.enum_index = operand.expr.enum_index;
    parts.push_back(
        store::make_binary(comparison_op(filter.op), operand.expr, std::move(right)));
  }
  return any ? store::make_or(std::move(parts)) : store::make_and(std::move(parts));
}

result<store::Expr> Expressions::text_search(const Operand& operand, const Filter& filter) {
  if (operand.is_list() || !is_text(operand.type()))
    return fail(ErrorCode::undefined_operator,
                fmt::format("function to_tsvector({}) does not exist",
                            type_text(operand, *context_.catalog.schema())),
                {},
                "No function matches the given name and argument types. You might need to add "
                "explicit type casts.");
  static constexpr std::string_view forms[] = {"", "plain", "phrase", "websearch"};
  TRIVET_TRY(const int param, parameters_.add_literal({.type = Type::text}, filter.value,
                                                      filter.segment, context_));
  store::Expr search = store::make_binary(Op::text_search, operand.expr,
                                          store::make_param(param, Type::text));
  search.text = forms[static_cast<size_t>(filter.op) - static_cast<size_t>(FilterOp::fts)];
  search.key = filter.config;
  return search;
}

}  // namespace trivet::api::rest
