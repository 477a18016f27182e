#include <algorithm>

#include "store/sql/ddl.h"
#include "store/sql/render.h"

namespace trivet::store::sql {

namespace {

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += quote_identifier(name);
  }
  return text;
}

std::string render_column(const ColumnDescription& column, const TableDescription& table) {
  std::string text = quote_identifier(column.name) + " " + column.type;
  if (column.required) text += " NOT NULL";
  if (table.primary_key.size() == 1 && table.primary_key.front() == column.name) {
    text += " PRIMARY KEY";
    if (column.autoincrement) text += " AUTOINCREMENT";
  }
  if (is_generated(column))
    text += " " + column.default_sql;
  else if (!column.default_sql.empty())
    text += " DEFAULT " + column.default_sql;
  return text;
}

// SQLite doesn't tell the name of a foreign key: then it is the one that a schema would give it.
std::string constraint_name(const TableDescription& table, const ForeignKeyDescription& key) {
  if (!key.name.empty()) return key.name;
  std::string name = table.name;
  for (const std::string& column : key.columns) name += "_" + column;
  return name + "_fkey";
}

// What a UNIQUE within CREATE TABLE made has a name that nobody may give.
std::string index_name(const std::string& table, const IndexDescription& index) {
  if (!index.name.starts_with("sqlite_autoindex_")) return index.name;
  std::string name = table;
  for (const IndexColumnDescription& column : index.columns) name += "_" + column.name;
  return name + "_key";
}

std::string create_table(const TableDescription& table, const std::string& name) {
  std::string text = "CREATE TABLE " + quote_identifier(name) + " (\n";
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) text += ",\n";
    text += "    " + render_column(table.columns[i], table);
  }
  if (table.primary_key.size() > 1)
    text += ",\n\n    PRIMARY KEY (" + quoted_list(table.primary_key) + ")";
  for (const ForeignKeyDescription& key : table.foreign_keys) {
    text += ",\n    CONSTRAINT " + quote_identifier(constraint_name(table, key)) +
            " FOREIGN KEY (" + quoted_list(key.columns) + ") REFERENCES " +
            quote_identifier(key.table) + " (" + quoted_list(key.to_columns) + ") ON DELETE " +
            key.on_delete + " ON UPDATE " + key.on_update;
  }
  return text + "\n)";
}

// Columns that both have, and columns of `to` that take their default.
std::vector<std::string> kept_columns(const TableDescription& from, const TableDescription& to) {
  std::vector<std::string> names;
  for (const ColumnDescription& column : to.columns)
    if (from.find_column(column.name) != nullptr && !is_generated(column))
      names.push_back(column.name);
  return names;
}

// SQLite's way of changing what ALTER TABLE can't: a new table, filled from the old one, takes its
// name.
MigrationStep render_rebuild(const TableChange& change) {
  const std::string temporary = "new_" + change.to->name;
  const std::string table = quote_identifier(change.to->name);
  MigrationStep step{"rebuild table " + table, {}};
  step.sql.push_back(create_table(*change.to, temporary));
  const std::vector<std::string> kept = kept_columns(*change.from, *change.to);
  if (!kept.empty()) {
    std::string values;
    for (const std::string& name : kept) {
      if (!values.empty()) values += ", ";
      const ColumnDescription& to = *change.to->find_column(name);
      const bool fill =
          to.required && !change.from->find_column(name)->required && !to.default_sql.empty();
      values += fill ? "coalesce(" + quote_identifier(name) + ", " + to.default_sql + ")"
                     : quote_identifier(name);
    }
    step.sql.push_back("INSERT INTO " + quote_identifier(temporary) + " (" + quoted_list(kept) +
                       ") SELECT " + values + " FROM " + table);
  }
  step.sql.push_back("DROP TABLE " + table);
  step.sql.push_back("ALTER TABLE " + quote_identifier(temporary) + " RENAME TO " + table);
  for (const IndexDescription& index : change.to->indexes)
    step.sql.push_back(render_create_index(change.to->name, index));
  return step;
}

MigrationStep render_alter(const TableChange& change) {
  const std::string table = quote_identifier(change.to->name);
  MigrationStep step{"change table " + table, {}};
  for (const IndexDescription& index : change.dropped_indexes)
    step.sql.push_back("DROP INDEX " + quote_identifier(index.name));
  for (const ColumnDescription& column : change.added_columns)
    step.sql.push_back("ALTER TABLE " + table + " ADD COLUMN " + render_column(column, *change.to));
  for (const IndexDescription& index : change.added_indexes)
    step.sql.push_back(render_create_index(change.to->name, index));
  return step;
}

}  // namespace

std::string render_create_table(const TableDescription& table) {
  return create_table(table, table.name);
}

std::string render_create_index(const std::string& table, const IndexDescription& index) {
  std::string text = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  text += quote_identifier(index_name(table, index)) + " ON " + quote_identifier(table) + "(";
  for (size_t i = 0; i < index.columns.size(); ++i) {
    if (i > 0) text += ", ";
    text += quote_identifier(index.columns[i].name);
    if (index.columns[i].descending) text += " DESC";
  }
  text += ")";
  if (!index.where_sql.empty()) text += " WHERE " + index.where_sql;
  return text;
}

std::string render_database(const DatabaseDescription& database) {
  std::string text;
  for (const TableDescription& table : database.tables)
    text += "-- CreateTable\n" + render_create_table(table) + ";\n\n";
  for (const TableDescription& table : database.tables)
    for (const IndexDescription& index : table.indexes)
      text += "-- CreateIndex\n" + render_create_index(table.name, index) + ";\n\n";
  return text;
}

MigrationStep render_change(const TableChange& change) {
  switch (change.kind) {
    case TableChange::Kind::create: {
      MigrationStep step{"create table " + quote_identifier(change.to->name),
                         {render_create_table(*change.to)}};
      for (const IndexDescription& index : change.to->indexes)
        step.sql.push_back(render_create_index(change.to->name, index));
      return step;
    }
    case TableChange::Kind::drop:
      return {"drop table " + quote_identifier(change.from->name),
              {"DROP TABLE " + quote_identifier(change.from->name)}};
    case TableChange::Kind::alter:
      return render_alter(change);
    case TableChange::Kind::rebuild:
      return render_rebuild(change);
  }
  return {};
}

}  // namespace trivet::store::sql
