#include <string>

#include "store/evaluate/operators.h"
#include "store/text_search.h"
#include "value/fold.h"
#include "value/json_writer.h"
#include "value/jsonb.h"
#include "value/regex.h"

namespace trivet::store {
namespace {

result<Value> match_like(std::string_view subject, std::string_view pattern, CaseRule rule) {
  TRIVET_TRY(const bool matches, like(subject, pattern, rule));
  return Value::boolean(matches);
}

result<Value> match_regex(std::string_view subject, std::string_view pattern, CaseRule rule) {
  TRIVET_TRY(const Regex regex, Regex::compile(pattern, rule));
  return Value::boolean(regex.matches(subject));
}

Value match_literal(Op op, std::string_view subject, std::string_view part) {
  switch (op) {
    case Op::contains:
      return Value::boolean(subject.find(part) != std::string_view::npos);
    case Op::starts_with:
      return Value::boolean(subject.starts_with(part));
    default:
      return Value::boolean(subject.ends_with(part));
  }
}

Op without_folding(Op op) {
  switch (op) {
    case Op::icontains:
      return Op::contains;
    case Op::istarts_with:
      return Op::starts_with;
    default:
      return Op::ends_with;
  }
}

}  // namespace

result<Value> match_text(Op op, Value subject, Value pattern) {
  const std::string_view text = subject.as_text();
  const std::string_view wanted = pattern.as_text();
  switch (op) {
    case Op::like:
      return match_like(text, wanted, CaseRule::sensitive);
    case Op::ilike:
      return match_like(text, wanted, CaseRule::folded);
    case Op::regex:
      return match_regex(text, wanted, CaseRule::sensitive);
    case Op::iregex:
      return match_regex(text, wanted, CaseRule::folded);
    case Op::contains:
    case Op::starts_with:
    case Op::ends_with:
      return match_literal(op, text, wanted);
    default: {
      const std::string folded_text = fold_case(text);
      const std::string folded_part = fold_case(wanted);
      return match_literal(without_folding(op), folded_text, folded_part);
    }
  }
}

result<Value> search_text(const Expr& expr, Value document, Value query) {
  TRIVET_TRY(const TextQuery compiled, TextQuery::compile(query.as_text(), expr.text, expr.key));
  return Value::boolean(compiled.matches(document.as_text()));
}

Value get_json(const Expr& expr, Value document, Arena& arena) {
  std::string_view text = document.as_text();
  if (document.kind() == ValueKind::list) {
    std::string array;
    append_json_value(array, document, expr.args[0].type, {});
    text = arena.copy(array);
  }
  const JsonValue whole = JsonValue::trusted(text);
  const auto found = expr.is_index ? json_get(whole, expr.index) : json_get(whole, expr.key);
  if (!found) return {};
  if (expr.op == Op::json_get) return Value::json(found->raw());
  const auto plain = json_as_text(*found, arena);
  return plain ? Value::text(*plain) : Value();
}

}  // namespace trivet::store
