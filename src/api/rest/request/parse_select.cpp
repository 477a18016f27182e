#include "api/rest/request/cursor.h"
#include "api/rest/request/parse.h"

namespace trivet::api::rest {
namespace {

bool item_ends(const Cursor& cursor) {
  return cursor.at_end() || cursor.peek() == ',' || cursor.peek() == ')';
}

result<void> expect_item_end(Cursor& cursor) {
  cursor.skip_blanks();
  if (!item_ends(cursor)) return cursor.failure("\",\", \")\" or end of input");
  return {};
}

result<std::vector<SelectItem>> parse_items(Cursor& cursor);

// !hint and !inner or !left, in any order.
result<void> parse_embed_parameters(Cursor& cursor, SelectItem& item) {
  for (int i = 0; i < 2 && cursor.take("!"); ++i) {
    if (cursor.take("left")) {
      item.join = Join::left;
    } else if (cursor.take("inner")) {
      item.join = Join::inner;
    } else {
      TRIVET_TRY(item.hint, cursor.name());
    }
  }
  return {};
}

// From the '!' or '(' after the target.
result<SelectItem> parse_embed(Cursor& cursor, SelectItem item) {
  TRIVET_CHECK(parse_embed_parameters(cursor, item));
  TRIVET_CHECK(cursor.expect("("));
  TRIVET_CHECK(cursor.enter());
  TRIVET_TRY(item.items, parse_items(cursor));
  TRIVET_CHECK(cursor.expect(")"));
  cursor.leave();
  return item;
}

result<void> parse_cast(Cursor& cursor, std::string& type) {
  if (!cursor.take("::")) return {};
  TRIVET_TRY(type, cursor.identifier());
  return {};
}

result<void> parse_aggregate(Cursor& cursor, SelectItem& item) {
  if (!cursor.take(".")) return {};
  static constexpr std::pair<std::string_view, Aggregate> names[] = {
      {"sum()", Aggregate::sum},
      {"avg()", Aggregate::avg},
      {"count()", Aggregate::count},
      {"max()", Aggregate::max},
      {"min()", Aggregate::min}};
  for (const auto& [name, aggregate] : names)
    if (cursor.take(name)) {
      item.aggregate = aggregate;
      return parse_cast(cursor, item.aggregate_cast);
    }
  return cursor.failure("\"sum()\", \"avg()\", \"count()\", \"max()\" or \"min()\"");
}

result<SelectItem> parse_column(Cursor& cursor, SelectItem item) {
  item.kind = SelectItem::Kind::column;
  TRIVET_TRY(item.field.path, cursor.json_path());
  TRIVET_CHECK(parse_cast(cursor, item.cast));
  TRIVET_CHECK(parse_aggregate(cursor, item));
  return item;
}

bool takes_alias_mark(Cursor& cursor) {
  if (cursor.peek() != ':' || cursor.next_is("::")) return false;
  cursor.advance();
  return true;
}

result<SelectItem> parse_item(Cursor& cursor) {
  SelectItem item;
  if (cursor.take("...")) {
    item.kind = SelectItem::Kind::spread;
    TRIVET_TRY(item.field.name, cursor.name());
    return parse_embed(cursor, std::move(item));
  }
  if (cursor.peek() == '*') {
    cursor.advance();
    item.kind = SelectItem::Kind::star;
    return item;
  }
  TRIVET_TRY(item.field.name, cursor.name());
  if (takes_alias_mark(cursor)) {
    item.alias = std::move(item.field.name);
    cursor.skip_blanks();
    TRIVET_TRY(item.field.name, cursor.name());
  }
  if (item.field.name == "count" && cursor.peek() == '(') {
    TRIVET_CHECK(cursor.expect("()"));
    item.kind = SelectItem::Kind::count_rows;
    item.aggregate = Aggregate::count;
    TRIVET_CHECK(parse_cast(cursor, item.aggregate_cast));
    return item;
  }
  if (cursor.peek() == '(' || cursor.peek() == '!') {
    item.kind = SelectItem::Kind::embed;
    return parse_embed(cursor, std::move(item));
  }
  return parse_column(cursor, std::move(item));
}

// Up to the end of the text or the closing parenthesis; nothing there is an empty list.
result<std::vector<SelectItem>> parse_items(Cursor& cursor) {
  std::vector<SelectItem> items;
  cursor.skip_blanks();
  if (cursor.at_end() || cursor.peek() == ')') return items;
  while (true) {
    cursor.skip_blanks();
    TRIVET_TRY(SelectItem item, parse_item(cursor));
    items.push_back(std::move(item));
    TRIVET_CHECK(expect_item_end(cursor));
    if (!cursor.take(",")) return items;
  }
}

}  // namespace

result<std::vector<SelectItem>> parse_select(std::string_view text) {
  Cursor cursor("select parameter", text);
  TRIVET_TRY(std::vector<SelectItem> items, parse_items(cursor));
  TRIVET_CHECK(cursor.expect_end());
  if (items.empty()) items.push_back({.kind = SelectItem::Kind::star});
  return items;
}

}  // namespace trivet::api::rest
