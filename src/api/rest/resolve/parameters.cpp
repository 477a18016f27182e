#include "api/rest/resolve/parameters.h"

#include <algorithm>
#include <charconv>

#include "api/rest/request/parse.h"

namespace trivet::api::rest {
namespace {

// In like and ilike patterns `*` stands for `%`, without an escape.
std::string_view replace_stars(std::string_view pattern, Arena& arena) {
  if (pattern.find('*') == pattern.npos) return pattern;
  char* copy = static_cast<char*>(arena.allocate(pattern.size()));
  std::ranges::replace_copy(pattern, copy, '*', '%');
  return {copy, pattern.size()};
}

result<Value> parse_count(const Literal& literal, std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (literal.kind == Literal::Kind::offset) return Value::integer(std::max<int64_t>(value, 0));
  if (value < 0)
    return fail(ErrorCode::bad_range, "Requested range not satisfiable",
                "Limit should be greater than or equal to zero.");
  return Value::integer(value);
}

result<Value> coerce_list(Literal element, const std::vector<std::string>& list,
                          const LiteralContext& context, Arena& arena) {
  if (list.size() > context.limits.list_values_max)
    return fail(ErrorCode::too_complex, "Too many values in a list");
  element.kind = Literal::Kind::typed;
  std::vector<Value> values;
  values.reserve(list.size());
  for (const std::string& text : list) {
    TRIVET_TRY(const Value value, coerce_literal(element, arena.copy(text), context, arena));
    values.push_back(value);
  }
  return arena.copy_list(values);
}

}  // namespace

result<Value> coerce_literal(const Literal& literal, std::string_view text,
                             const LiteralContext& context, Arena& arena) {
  if (literal.kind == Literal::Kind::limit || literal.kind == Literal::Kind::offset)
    return parse_count(literal, text);
  if (literal.kind == Literal::Kind::list) {
    TRIVET_TRY(const std::vector<std::string> list, parse_in_list(text));
    return coerce_list(literal, list, context, arena);
  }
  if (literal.kind == Literal::Kind::pattern) text = replace_stars(text, arena);
  CoerceContext rules;
  if (literal.field)
    rules = context.catalog.coerce_context(*literal.field, literal.type, Catalog::Use::compare);
  rules.zone = context.zone;
  rules.json_depth_max = context.limits.json_depth_max;
  rules.list_values_max = context.limits.list_values_max;
  if (literal.is_list) return coerce_text_list(text, literal.type, rules, arena);
  return coerce_text(text, literal.type, rules, arena);
}

result<int> Parameters::add_list(const Literal& element, const std::vector<std::string>& list,
                                 int segment, const LiteralContext& context) {
  TRIVET_TRY(const Value value, coerce_list(element, list, context, arena));
  const int param = add(value);
  Literal literal = element;
  literal.kind = Literal::Kind::list;
  if (segment >= 0) slots.push_back({.segment = segment, .param = param, .literal = literal});
  return param;
}

result<int> Parameters::add_literal(const Literal& literal, std::string_view text, int segment,
                                    const LiteralContext& context) {
  TRIVET_TRY(const Value value, coerce_literal(literal, arena.copy(text), context, arena));
  const int param = add(value);
  if (segment >= 0) slots.push_back({.segment = segment, .param = param, .literal = literal});
  return param;
}

}  // namespace trivet::api::rest
