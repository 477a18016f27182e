#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql/declared_type.h"
#include "store/sql/render.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/introspect.h"
#include "store/sqlite/sql_text.h"

namespace trivet::store::sqlite {

namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// Two names that differ only in the case of their ASCII letters are one to SQLite.
bool same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         sqlite3_strnicmp(left.data(), right.data(), static_cast<int>(left.size())) == 0;
}

// A bare word, which SQLite takes as a text.
bool is_bare_text(const std::string& text) {
  static constexpr std::array<std::string_view, 5> keywords = {"TRUE", "FALSE", "CURRENT_TIME",
                                                               "CURRENT_DATE", "CURRENT_TIMESTAMP"};
  const auto is_letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  }) && std::ranges::find(keywords, upper(text)) == keywords.end();
}

// One spelling: no DEFAULT NULL, and texts in single quotes.
std::string plain_default(std::string text) {
  if (upper(text) == "NULL") return {};
  if (is_bare_text(text)) return sql::quote_literal(text);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
  std::string content;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    content += text[i];
    if (text[i] == '"') ++i;
  }
  return sql::quote_literal(content);
}

// A number in quotes, before a column that makes a number of it.
std::string plain_number(const ColumnDescription& column) {
  using schema::ScalarType;
  const ScalarType type = sql::scalar_of_declared(column.type);
  const std::string& text = column.default_sql;
  const bool numeric = type == ScalarType::int_ || type == ScalarType::bigint ||
                       type == ScalarType::float_ || type == ScalarType::decimal ||
                       type == ScalarType::boolean;
  if (!numeric || text.size() < 3 || text.front() != '\'' || text.back() != '\'') return text;
  std::string content = text.substr(1, text.size() - 2);
  const bool digits = content.find_first_not_of("-0123456789.") == std::string::npos &&
                      std::isdigit(static_cast<unsigned char>(content.back())) != 0;
  return digits ? content : text;
}

void add_generated(const TableText& text, ColumnDescription& column) {
  for (const GeneratedColumn& generated : text.generated)
    if (same_name(generated.name, column.name))
      column.default_sql = "GENERATED ALWAYS AS (" + generated.expression + ") " +
                           (generated.stored ? "STORED" : "VIRTUAL");
}

result<void> read_columns(Connection& connection, const std::string& sql, TableDescription& table) {
  TRIVET_TRY(
      const auto rows,
      query_text(connection,
            "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(" +
                sql::quote_literal(table.name) + ") WHERE hidden <> 1"));
  const TableText text = read_create_table(sql);
  std::map<int, std::string> key;
  for (const TextRow& row : rows) {
    ColumnDescription column{row[0], row[1], row[2] == "1", false, plain_default(row[3])};
    column.default_sql = plain_number(column);
    if (row[5] != "0") {
      add_generated(text, column);
      // SQLite shows a generated column's type with these words behind it.
      if (const size_t at = upper(column.type).find("GENERATED ALWAYS"); at != std::string::npos)
        column.type.resize(column.type.find_last_not_of(' ', at == 0 ? 0 : at - 1) + 1);
    }
    table.columns.push_back(std::move(column));
    if (row[4] != "0") key[std::stoi(row[4])] = row[0];
  }
  for (const auto& [position, name] : key) table.primary_key.push_back(name);
  // SQLite lets nulls into a primary key only for the sake of its first versions' files.
  for (ColumnDescription& column : table.columns)
    if (std::ranges::find(table.primary_key, column.name) != table.primary_key.end())
      column.required = true;
  if (key.size() != 1) return {};
  for (ColumnDescription& column : table.columns)
    if (column.name == table.primary_key.front())
      column.autoincrement = upper(column.type) == "INTEGER" && !text.without_rowid;
  // What counts up never takes its default.
  for (ColumnDescription& column : table.columns)
    if (column.autoincrement) column.default_sql.clear();
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
    IndexDescription index{row[0], row[1] == "1", {}, index_condition(row[3])};
    TRIVET_TRY(
        const auto columns,
        query_text(connection, "SELECT name, \"desc\", cid FROM pragma_index_xinfo(" +
                              sql::quote_literal(row[0]) + ") WHERE key = 1 ORDER BY seqno"));
    // Over expressions: the schema has no word for it, so it is nothing that could differ.
    if (std::ranges::any_of(columns, [](const TextRow& column) { return column[2] == "-2"; }))
      continue;
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

void set_spelling(const TableDescription& table, std::vector<std::string>& names) {
  for (std::string& name : names)
    for (const ColumnDescription& column : table.columns)
      if (same_name(column.name, name)) name = column.name;
}

// Names as the tables spell them; REFERENCES parent without columns means its primary key.
void complete_foreign_key(const DatabaseDescription& database, const TableDescription& table,
                          ForeignKeyDescription& key) {
  set_spelling(table, key.columns);
  for (const TableDescription& parent : database.tables) {
    if (!same_name(parent.name, key.table)) continue;
    key.table = parent.name;
    if (std::ranges::all_of(key.to_columns, &std::string::empty))
      key.to_columns = parent.primary_key;
    set_spelling(parent, key.to_columns);
  }
  const bool required = std::ranges::any_of(key.columns, [&](const std::string& name) {
    const ColumnDescription* column = table.find_column(name);
    return column != nullptr && column->required;
  });
  // Setting a required column to null fails, as NO ACTION does.
  if (required && key.on_delete == "SET NULL") key.on_delete = "NO ACTION";
  if (required && key.on_update == "SET NULL") key.on_update = "NO ACTION";
}

void complete_foreign_keys(DatabaseDescription& database) {
  for (TableDescription& table : database.tables)
    for (ForeignKeyDescription& key : table.foreign_keys)
      complete_foreign_key(database, table, key);
}

// The tables in which a full-text or R-tree table keeps what it holds.
bool is_shadow(const std::string& name, const std::vector<TextRow>& virtual_tables) {
  static constexpr std::array<std::string_view, 12> suffixes = {
      "_data",   "_idx",  "_content", "_docsize", "_config", "_segments",
      "_segdir", "_stat", "_node",    "_parent",  "_rowid",  "_chunks"};
  return std::ranges::any_of(virtual_tables, [&](const TextRow& row) {
    return name.starts_with(row[0]) &&
           std::ranges::find(suffixes, std::string_view(name).substr(row[0].size())) !=
               suffixes.end();
  });
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
  TRIVET_TRY(const auto virtual_tables,
             query_text(connection,
                   "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE "
                   "'CREATE VIRTUAL%'"));
  for (const TextRow& row : tables) {
    if (is_shadow(row[0], virtual_tables)) continue;
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
