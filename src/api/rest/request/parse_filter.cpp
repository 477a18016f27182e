#include <array>
#include <optional>

#include "api/rest/request/filter_grammar.h"
#include "api/rest/request/parse.h"

namespace trivet::api::rest {
namespace {

constexpr std::array<std::string_view, 24> op_names = {
    "eq", "neq", "gt",  "gte",   "lt",    "lte",   "like", "ilike", "match", "imatch", "in", "is",
    "isdistinct", "fts", "plfts", "phfts", "wfts", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl"};

std::optional<FilterOp> find_op(std::string_view name) {
  if (name == "adj") return FilterOp::adj;
  for (size_t i = 0; i < op_names.size(); ++i)
    if (op_names[i] == name) return static_cast<FilterOp>(i);
  return std::nullopt;
}

bool quantifiable(FilterOp op) {
  return op <= FilterOp::imatch && op != FilterOp::neq;
}

bool is_text_search(FilterOp op) { return op >= FilterOp::fts && op <= FilterOp::wfts; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool take_ignoring_case(Cursor& cursor, std::string_view lower_token) {
  const std::string_view rest = cursor.rest();
  if (rest.size() < lower_token.size()) return false;
  for (size_t i = 0; i < lower_token.size(); ++i)
    if (lower(rest[i]) != lower_token[i]) return false;
  cursor.advance(lower_token.size());
  return true;
}

result<IsValue> parse_is_value(Cursor& cursor) {
  static constexpr std::pair<std::string_view, IsValue> words[] = {
      {"not_null", IsValue::not_null}, {"null", IsValue::null},       {"true", IsValue::true_},
      {"false", IsValue::false_},      {"unknown", IsValue::unknown},
  };
  for (const auto& [word, value] : words)
    if (take_ignoring_case(cursor, word)) return value;
  return cursor.failure("is value (null, not_null, true, false, unknown)");
}

// A quoted element only if ',' or ')' follows, else the quotes are data.
result<std::string> parse_list_element(Cursor& cursor) {
  if (cursor.peek() == '"') {
    const size_t begin = cursor.position();
    result<std::string> element = cursor.quoted();
    if (element && (cursor.at_end() || cursor.peek() == ',' || cursor.peek() == ')')) return element;
    cursor.move_to(begin);
  }
  return std::string(cursor.take_until(",)"));
}

result<std::vector<std::string>> parse_list(Cursor& cursor) {
  std::vector<std::string> list;
  cursor.skip_blanks();
  TRIVET_CHECK(cursor.expect("("));
  cursor.skip_blanks();
  do {
    TRIVET_TRY(std::string element, parse_list_element(cursor));
    list.push_back(std::move(element));
  } while (cursor.take(","));
  TRIVET_CHECK(cursor.expect(")"));
  cursor.skip_blanks();
  if (list.size() == 1 && list[0].empty()) list.clear();
  return list;
}

result<void> parse_quantifier(Cursor& cursor, Filter& filter) {
  if (!quantifiable(filter.op)) return {};
  if (cursor.take("(any)")) filter.quantifier = Quantifier::any;
  if (cursor.take("(all)")) filter.quantifier = Quantifier::all;
  return {};
}

result<void> parse_config(Cursor& cursor, Filter& filter) {
  if (!is_text_search(filter.op) || !cursor.take("(")) return {};
  TRIVET_TRY(filter.config, cursor.identifier());
  return cursor.expect(")");
}

std::string_view take_letters(Cursor& cursor) {
  size_t length = 0;
  const std::string_view rest = cursor.rest();
  while (length < rest.size() && rest[length] >= 'a' && rest[length] <= 'z') ++length;
  cursor.advance(length);
  return rest.substr(0, length);
}

}  // namespace

std::string_view filter_op_name(FilterOp op) {
  return op == FilterOp::adj ? "adj" : op_names[static_cast<size_t>(op)];
}

result<Filter> parse_operation(Cursor& cursor, ValueReader read_value) {
  Filter filter;
  filter.negated = cursor.take("not.");
  const size_t begin = cursor.position();
  const std::optional<FilterOp> op = find_op(take_letters(cursor));
  if (!op) {
    cursor.move_to(begin);
    return cursor.failure("operator (eq, gt, ...)");
  }
  filter.op = *op;
  TRIVET_CHECK(parse_quantifier(cursor, filter));
  TRIVET_CHECK(parse_config(cursor, filter));
  if (!cursor.take(".")) {
    cursor.move_to(begin);
    return cursor.failure("operator (eq, gt, ...)");
  }
  if (filter.op == FilterOp::in) {
    TRIVET_TRY(filter.list, parse_list(cursor));
  } else if (filter.op == FilterOp::is) {
    TRIVET_TRY(filter.is, parse_is_value(cursor));
  } else {
    TRIVET_TRY(filter.value, read_value(cursor));
  }
  return filter;
}

result<std::vector<std::string>> parse_in_list(std::string_view text) {
  Cursor cursor("filter", text);
  TRIVET_TRY(std::vector<std::string> list, parse_list(cursor));
  TRIVET_CHECK(cursor.expect_end());
  return list;
}

result<Filter> parse_filter(std::string_view text) {
  Cursor cursor("filter", text);
  TRIVET_TRY(Filter filter, parse_operation(cursor, [](Cursor& at) -> result<std::string> {
               std::string value(at.rest());
               at.advance(value.size());
               return value;
             }));
  TRIVET_CHECK(cursor.expect_end());
  return filter;
}

}  // namespace trivet::api::rest
