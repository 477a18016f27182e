#include "store/postgres/layout/losses.h"

#include "store/sql/render.h"

namespace trivet::store::postgres {

namespace {

using sql::quote_identifier;
using sql::quote_literal;

std::string plural(int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace

void LossFinder::add(LossKind kind, const std::string& column, int64_t rows, std::string text) {
  losses_.push_back({kind, table_->name, column, rows, std::move(text)});
}

result<void> LossFinder::begin(const LayoutTable& table) {
  table_ = &table;
  from_ = " FROM " + quote_identifier(table.name);
  const auto counted = session_.query_integer("SELECT count(*)" + from_);
  // A login that only takes the roles of others may not look, and change nothing either: it has to be expected that there are rows.
  if (!counted && counted.error().code != ErrorCode::permission_denied)
    return std::unexpected(counted.error());
  rows_ = counted.value_or(1);
  return {};
}

result<int64_t> LossFinder::count_filled(const LayoutColumn& column) {
  return session_.query_integer("SELECT count(" + quote_identifier(column.name) + ")" + from_);
}

void LossFinder::drop_table() {
  if (rows_ > 0)
    add(LossKind::table_dropped, "", rows_,
        "table \"" + told() + "\" would be dropped with its " + plural(rows_, "row"));
}

result<void> LossFinder::drop_column(const LayoutColumn& column) {
  TRIVET_TRY(const int64_t filled, count_filled(column));
  if (filled > 0)
    add(LossKind::column_dropped, column.name, filled,
        "column \"" + told() + "\".\"" + column.name + "\" would be dropped with its " +
            plural(filled, "value"));
  return {};
}

void LossFinder::add_column(const LayoutColumn& column) {
  if (rows_ == 0 || !column.required || !column.default_sql.empty() || column.counts_up) return;
  add(LossKind::required_added, column.name, rows_,
      "column \"" + told() + "\".\"" + column.name +
          "\" is required and has no default, but the table has " + plural(rows_, "row") +
          ": make it optional, or give the field a @default");
}

result<void> LossFinder::change_column(const LayoutColumn& from, const LayoutColumn& to) {
  const std::string name = quote_identifier(from.name);
  const std::string where = "\"" + told() + "\".\"" + from.name + "\"";
  TRIVET_TRY(const int64_t filled, count_filled(from));
  if (to.required && !from.required && filled < rows_)
    add(LossKind::required_set, from.name, rows_ - filled,
        "column " + where + " becomes required, but " + plural(rows_ - filled, "row") +
            " have no value: give them one first");
  if (from.type == to.type || filled == 0) return {};
  // What can't be converted is an error of the statement.
  const auto changed =
      session_.query_integer("SELECT count(*)" + from_ + " WHERE " + name +
                             "::text IS DISTINCT FROM " + name + "::text::" + to.type + "::text");
  if (changed && *changed == 0) return {};
  add(LossKind::type_changed, from.name, changed ? *changed : filled,
      "column " + where + " changes from " + from.type + " to " + to.type + ": " +
          (changed ? plural(*changed, "value") + " would change"
                   : "not all of its " + plural(filled, "value") + " can be converted"));
  return {};
}

result<void> LossFinder::add_unique(const LayoutIndex& index) {
  if (!index.unique || rows_ == 0) return {};
  const std::string condition = index.where.empty() ? "" : " WHERE " + index.where;
  // A key over a column that is new has no doubles yet that could be counted.
  const auto doubles = session_.query_integer(
      "SELECT count(*) FROM (SELECT 1" + from_ + condition + " GROUP BY " + index.keys +
      " HAVING count(*) > 1 AND num_nulls(" + index.keys + ") = 0) AS doubles");
  if (!doubles || *doubles == 0) return {};
  add(LossKind::unique_added, "", *doubles,
      "unique key \"" + index.name + "\" can't be made: " + plural(*doubles, "value") + " of \"" +
          told() + "\" (" + index.keys + ") occur more than once");
  return {};
}

result<void> LossFinder::drop_values(const LayoutColumn& column,
                                     const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    const std::string name = quote_identifier(column.name);
    const std::string literal = quote_literal(value);
    TRIVET_TRY(const int64_t rows,
               session_.query_integer("SELECT count(*)" + from_ + " WHERE " +
                                      (column.type.ends_with("[]")
                                           ? literal + " = ANY (" + name + "::text[])"
                                           : name + "::text = " + literal)));
    if (rows > 0)
      add(LossKind::required_set, column.name, rows,
          "value " + literal + " leaves its enum, but " + plural(rows, "row") + " of \"" +
              told() + "\".\"" + column.name + "\" have it: change them first");
  }
  return {};
}

}  // namespace trivet::store::postgres
