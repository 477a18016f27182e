#include "api/rest/request/cursor.h"
#include "api/rest/request/parse.h"

namespace trivet::api::rest {
namespace {

result<OrderItem> parse_term(Cursor& cursor) {
  OrderItem item;
  cursor.skip_blanks();
  TRIVET_TRY(item.field, cursor.field());
  if (item.field.path.empty() && cursor.take("(")) {
    item.relation = std::move(item.field.name);
    TRIVET_TRY(item.field, cursor.field());
    TRIVET_CHECK(cursor.expect(")"));
  }
  if (cursor.take(".asc")) item.direction = Direction::asc;
  else if (cursor.take(".desc")) item.direction = Direction::desc;
  if (cursor.take(".nullsfirst")) item.nulls = Nulls::first;
  else if (cursor.take(".nullslast")) item.nulls = Nulls::last;
  cursor.skip_blanks();
  return item;
}

}  // namespace

result<std::vector<OrderItem>> parse_order(std::string_view text) {
  Cursor cursor("order", text);
  std::vector<OrderItem> items;
  do {
    TRIVET_TRY(OrderItem item, parse_term(cursor));
    items.push_back(std::move(item));
  } while (cursor.take(","));
  if (!cursor.at_end()) return cursor.failure("\",\", \".asc\", \".desc\", \".nullsfirst\", \".nullslast\" or end of input");
  return items;
}

result<std::vector<std::string>> parse_names(std::string_view what, std::string_view text) {
  Cursor cursor(what, text);
  std::vector<std::string> names;
  do {
    cursor.skip_blanks();
    TRIVET_TRY(std::string name, cursor.name());
    names.push_back(std::move(name));
    cursor.skip_blanks();
  } while (cursor.take(","));
  TRIVET_CHECK(cursor.expect_end());
  return names;
}

}  // namespace trivet::api::rest
