#include "api/rest/request/filter_grammar.h"
#include "api/rest/request/parse.h"

namespace trivet::api::rest {
namespace {

// A value inside a tree ends at ',' or ')' unless it is quoted or an array literal.
result<std::string> parse_tree_value(Cursor& cursor) {
  const size_t begin = cursor.position();
  const auto value_ends = [&] {
    return cursor.at_end() || cursor.peek() == ',' || cursor.peek() == ')';
  };
  if (cursor.peek() == '"') {
    result<std::string> value = cursor.quoted();
    if (value && value_ends()) return value;
    cursor.move_to(begin);
  }
  if (cursor.peek() == '{') {
    cursor.advance();
    const std::string_view inside = cursor.take_until("{}");
    std::string value = "{" + std::string(inside) + "}";
    if (cursor.take("}")) return value;
    cursor.move_to(begin);
  }
  return std::string(cursor.take_until(",)"));
}

bool take_operator(Cursor& cursor, Logic& node) {
  const size_t begin = cursor.position();
  node.negated = cursor.take("not.");
  if (cursor.take("and(")) {
    node.kind = Logic::Kind::and_;
    return true;
  }
  if (cursor.take("or(")) {
    node.kind = Logic::Kind::or_;
    return true;
  }
  cursor.move_to(begin);
  node.negated = false;
  return false;
}

result<Logic> parse_node(Cursor& cursor) {
  Logic node;
  cursor.skip_blanks();
  if (!take_operator(cursor, node)) {
    TRIVET_TRY(FieldRef field, cursor.field());
    TRIVET_CHECK(cursor.expect("."));
    TRIVET_TRY(node.filter, parse_operation(cursor, parse_tree_value));
    node.filter.field = std::move(field);
    cursor.skip_blanks();
    return node;
  }
  TRIVET_CHECK(cursor.enter());
  do {
    TRIVET_TRY(Logic child, parse_node(cursor));
    node.children.push_back(std::move(child));
  } while (cursor.take(","));
  TRIVET_CHECK(cursor.expect(")"));
  cursor.leave();
  cursor.skip_blanks();
  return node;
}

}  // namespace

result<Logic> parse_logic(std::string_view raw, std::string_view text) {
  Cursor cursor("logic tree", raw, text);
  TRIVET_TRY(Logic tree, parse_node(cursor));
  if (tree.kind == Logic::Kind::filter) return cursor.failure("logic operator (and, or)");
  TRIVET_CHECK(cursor.expect_end());
  return tree;
}

}  // namespace trivet::api::rest
