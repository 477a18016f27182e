#include "store/mysql/layout/describe.h"

#include <algorithm>

#include "store/sql/ddl.h"

namespace trivet::store::mysql {

namespace {

TableDescription* find(DatabaseDescription& database, const std::string& name) {
  const auto found = std::ranges::find(database.tables, name, &TableDescription::name);
  return found == database.tables.end() ? nullptr : &*found;
}

// A text as it is written without backslashes that escape: the server shows them always.
std::string without_escapes(const std::string& text) {
  if (!text.starts_with('\'')) return text;
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    const char next = text[++i];
    plain += next == 'n' ? '\n' : next == 'r' ? '\r' : next == '0' ? '\0' : next;
  }
  return plain;
}

result<void> add_columns(Session& session, DatabaseDescription& database) {
  TRIVET_TRY(const auto rows,
             session.query("SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, EXTRA, "
                           "COALESCE(COLUMN_DEFAULT, ''), COALESCE(GENERATION_EXPRESSION, '') FROM "
                           "information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY "
                           "TABLE_NAME, ORDINAL_POSITION"));
  for (const TextRow& row : rows) {
    TableDescription* table = find(database, row[0]);
    if (table == nullptr) continue;
    ColumnDescription column;
    column.name = row[1];
    column.type = row[2];
    column.required = row[3] == "NO";
    column.autoincrement = row[4].find("auto_increment") != std::string::npos;
    if (row[5] != "NULL") column.default_sql = without_escapes(row[5]);
    if (!row[6].empty())
      column.default_sql = std::string(sql::generated_prefix) + row[6] + ") " +
                           (row[4].find("STORED") != std::string::npos ? "STORED" : "VIRTUAL");
    table->columns.push_back(std::move(column));
  }
  return {};
}

result<void> add_indexes(Session& session, DatabaseDescription& database) {
  TRIVET_TRY(const auto rows,
             session.query("SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, COALESCE(SUB_PART, "
                           "''), COALESCE(COLLATION, ''), INDEX_TYPE FROM "
                           "information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY "
                           "TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"));
  for (const TextRow& row : rows) {
    TableDescription* table = find(database, row[0]);
    if (table == nullptr) continue;
    if (row[1] == "PRIMARY") {
      table->primary_key.push_back(row[3]);
      continue;
    }
    if (table->indexes.empty() || table->indexes.back().name != row[1]) {
      table->indexes.push_back({row[1], row[2] == "0", {}, ""});
      if (row[6] != "BTREE") table->indexes.back().method = row[6];
    }
    IndexColumnDescription& column = table->indexes.back().columns.emplace_back();
    column.name = row[3];
    column.descending = row[5] == "D";
    if (!row[4].empty()) column.options = "(" + row[4] + ")";
  }
  return {};
}

result<void> add_foreign_keys(Session& session, DatabaseDescription& database) {
  TRIVET_TRY(const auto rows,
             session.query(
                 "SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, "
                 "k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE FROM "
                 "information_schema.KEY_COLUMN_USAGE k JOIN "
                 "information_schema.REFERENTIAL_CONSTRAINTS r ON r.CONSTRAINT_SCHEMA = "
                 "k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = "
                 "k.TABLE_NAME WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT "
                 "NULL ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION"));
  for (const TextRow& row : rows) {
    TableDescription* table = find(database, row[0]);
    if (table == nullptr) continue;
    if (table->foreign_keys.empty() || table->foreign_keys.back().name != row[1])
      table->foreign_keys.push_back({row[1], {}, row[3], {}, row[5], row[6]});
    table->foreign_keys.back().columns.push_back(row[2]);
    table->foreign_keys.back().to_columns.push_back(row[4]);
  }
  return {};
}

}  // namespace

result<DatabaseDescription> describe_database(Session& session) {
  DatabaseDescription database;
  TRIVET_TRY(const auto tables,
             session.query("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                           "DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME"));
  for (const TextRow& row : tables) database.tables.emplace_back().name = row[0];
  TRIVET_CHECK(add_columns(session, database));
  TRIVET_CHECK(add_indexes(session, database));
  TRIVET_CHECK(add_foreign_keys(session, database));
  return database;
}

}  // namespace trivet::store::mysql
