#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "store/sql/render.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/introspect.h"

namespace trivet::store::sqlite {

namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// The condition of CREATE INDEX … WHERE condition.
std::string condition_of(const std::string& sql) {
  const size_t at = upper(sql).find(" WHERE ");
  return at == std::string::npos ? std::string() : sql.substr(at + 7);
}

result<void> read_columns(Connection& connection, const std::string& sql, TableDescription& table) {
  TRIVET_TRY(
      const auto rows,
      query_text(connection, "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_xinfo(" +
                            sql::quote_literal(table.name) + ") WHERE hidden <> 1"));
  std::map<int, std::string> key;
  for (const TextRow& row : rows) {
    table.columns.push_back({row[0], row[1], row[2] == "1", false, row[3]});
    if (row[4] != "0") key[std::stoi(row[4])] = row[0];
  }
  for (const auto& [position, name] : key) table.primary_key.push_back(name);
  if (key.size() != 1) return {};
  const bool counts = upper(sql).find("AUTOINCREMENT") != std::string::npos;
  for (ColumnDescription& column : table.columns)
    if (column.name == table.primary_key.front()) column.autoincrement = counts;
  return {};
}

result<void> read_indexes(Connection& connection, TableDescription& table) {
  TRIVET_TRY(
      const auto rows,
      query_text(connection,
            "SELECT l.name, l.\"unique\", l.origin, coalesce(s.sql, '') FROM pragma_index_list(" +
                sql::quote_literal(table.name) +
                ") AS l LEFT JOIN sqlite_schema AS s ON s.type = 'index' AND s.name = l.name "
                "ORDER BY l.seq DESC"));
  for (const TextRow& row : rows) {
    if (row[2] == "pk") continue;
    IndexDescription index{row[0], row[1] == "1", {}, condition_of(row[3])};
    TRIVET_TRY(
        const auto columns,
        query_text(connection, "SELECT name, \"desc\" FROM pragma_index_xinfo(" +
                              sql::quote_literal(row[0]) + ") WHERE key = 1 ORDER BY seqno"));
    for (const TextRow& column : columns) index.columns.push_back({column[0], column[1] == "1"});
    table.indexes.push_back(std::move(index));
  }
  return {};
}

result<void> read_foreign_keys(Connection& connection, TableDescription& table) {
  TRIVET_TRY(
      const auto rows,
      query_text(connection,
            "SELECT id, \"table\", \"from\", coalesce(\"to\", ''), on_update, on_delete FROM "
            "pragma_foreign_key_list(" +
                sql::quote_literal(table.name) + ") ORDER BY id DESC, seq"));
  std::string last;
  for (const TextRow& row : rows) {
    if (table.foreign_keys.empty() || row[0] != last)
      table.foreign_keys.push_back({"", {}, row[1], {}, row[5], row[4]});
    last = row[0];
    table.foreign_keys.back().columns.push_back(row[2]);
    table.foreign_keys.back().to_columns.push_back(row[3]);
  }
  return {};
}

// REFERENCES parent without columns means its primary key.
void complete_foreign_keys(DatabaseDescription& database) {
  for (TableDescription& table : database.tables)
    for (ForeignKeyDescription& key : table.foreign_keys) {
      const TableDescription* parent = database.find_table(key.table);
      if (parent != nullptr && std::ranges::all_of(key.to_columns, &std::string::empty))
        key.to_columns = parent->primary_key;
    }
}

}  // namespace

result<std::vector<TextRow>> query_text(Connection& connection, const std::string& sql) {
  TRIVET_TRY(const StatementPtr statement, connection.prepare(sql));
  std::vector<TextRow> rows;
  int code = sqlite3_step(statement.get());
  for (; code == SQLITE_ROW; code = sqlite3_step(statement.get())) {
    TextRow& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), i));
      row.emplace_back(text == nullptr ? "" : text);
    }
  }
  if (code != SQLITE_DONE) return std::unexpected(connection.failure());
  return rows;
}

result<DatabaseDescription> introspect(Connection& connection) {
  DatabaseDescription database;
  TRIVET_TRY(const auto tables,
             query_text(connection,
                   "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                   "'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"));
  for (const TextRow& row : tables) {
    TableDescription table;
    table.name = row[0];
    TRIVET_CHECK(read_columns(connection, row[1], table));
    TRIVET_CHECK(read_indexes(connection, table));
    TRIVET_CHECK(read_foreign_keys(connection, table));
    database.tables.push_back(std::move(table));
  }
  complete_foreign_keys(database);
  return database;
}

}  // namespace trivet::store::sqlite
