#include "store/sqlite/times/integer_times.h"

#include <sqlite3.h>

#include "store/sql/render.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

namespace trivet::store::sqlite {

namespace {

constexpr std::string_view sampled_rows = "100";
// Years 0 to 9999: beyond, text has no order.
constexpr std::string_view range = " BETWEEN -62167219200000 AND 253402300799999";

struct Place {
  std::string table;
  std::string column;

  [[nodiscard]] std::string quoted_table() const { return sql::quote_identifier(table); }
  [[nodiscard]] std::string quoted_column() const { return sql::quote_identifier(column); }
  [[nodiscard]] std::string is_integer() const { return "typeof(" + quoted_column() + ") = 'integer'"; }
};

std::vector<Place> places(const schema::Schema& schema) {
  std::vector<Place> found;
  for (const schema::Model& model : schema.models)
    for (const int column : model.columns)
      if (field_type(model.fields[column]) == Type::timestamp && !model.fields[column].is_list)
        found.push_back({model.db_name, model.fields[column].db_name});
  return found;
}

std::string convert_sql(const Place& place) {
  const std::string column = place.quoted_column();
  return "UPDATE " + place.quoted_table() + " SET " + column +
         " = strftime('%Y-%m-%dT%H:%M:%f+00:00', " + column + " / 1000.0, 'unixepoch') WHERE " +
         place.is_integer() + " AND " + column + std::string(range);
}

std::string count_sql(const Place& place, Look look) {
  if (look == Look::all_rows)
    return "SELECT count(*) FROM " + place.quoted_table() + " WHERE " + place.is_integer();
  const std::string rows =
      "SELECT rowid AS id, " + place.quoted_column() + " FROM " + place.quoted_table();
  const auto end = [&](std::string_view direction) {
    return "SELECT * FROM (" + rows + " ORDER BY rowid" + std::string(direction) + " LIMIT " +
           std::string(sampled_rows) + ")";
  };
  return "SELECT count(*) FROM (" + end("") + " UNION " + end(" DESC") + ") WHERE " +
         place.is_integer();
}

bool is_absent(const Error& error) {
  return error.code == ErrorCode::undefined_table || error.code == ErrorCode::undefined_column;
}

result<std::vector<IntegerTimes>> find_in(Connection& connection, const schema::Schema& schema,
                                          Look look) {
  std::vector<IntegerTimes> found;
  for (const Place& place : places(schema)) {
    auto rows = connection.query_integer(count_sql(place, look));
    if (!rows && !is_absent(rows.error())) return std::unexpected(std::move(rows).error());
    if (rows.value_or(0) > 0)
      found.push_back({place.table, place.column, *rows, convert_sql(place)});
  }
  return found;
}

}  // namespace

result<std::vector<IntegerTimes>> find_integer_times(const SqliteOptions& options,
                                                     const schema::Schema& schema, Look look) {
  SqliteOptions present = options;
  present.missing = Missing::refuse;
  TRIVET_TRY(const auto connection, Connection::open(present, Access::read));
  connection->set_busy_timeout(options.busy_timeout);
  return find_in(*connection, schema, look);
}

result<int64_t> convert_integer_times(const SqliteOptions& options, const schema::Schema& schema) {
  SqliteOptions present = options;
  present.missing = Missing::refuse;
  TRIVET_TRY(const auto connection, Connection::open(present, Access::write));
  TRIVET_CHECK(connection->execute("BEGIN IMMEDIATE"));
  TRIVET_TRY(const auto found, find_in(*connection, schema, Look::all_rows));
  int64_t cells = 0;
  for (const IntegerTimes& times : found) {
    TRIVET_CHECK(connection->execute(times.sql));
    cells += sqlite3_changes64(connection->db());
  }
  TRIVET_CHECK(connection->execute("COMMIT"));
  return cells;
}

std::string describe_integer_times(const std::vector<IntegerTimes>& found) {
  std::string columns;
  std::string statements;
  for (const IntegerTimes& times : found) {
    columns += (columns.empty() ? "" : ", ") + times.table + "." + times.column;
    statements += "\n  " + times.sql + ";";
  }
  return "DateTime values are stored as numbers in " + columns +
         ": they are read right, but filtered and ordered wrong. Text, which Prisma reads as well, "
         "is made of them by:" + statements;
}

}  // namespace trivet::store::sqlite
