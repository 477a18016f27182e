#include "store/mysql/layout/ddl.h"

#include <algorithm>
#include <array>
#include <utility>

#include "store/sql/ddl.h"
#include "store/sql/render.h"
#include "value/datetime.h"

namespace trivet::store::mysql {

using schema::DefaultKind;
using schema::Field;
using schema::Model;
using schema::Relation;
using schema::RelationKind;
using schema::ScalarType;
using schema::Schema;
using sql::quote_identifier;
using sql::quote_literal;

namespace {

std::string_view default_type(ScalarType type) {
  switch (type) {
    case ScalarType::boolean:
      return "BOOLEAN";
    case ScalarType::int_:
      return "INTEGER";
    case ScalarType::bigint:
      return "BIGINT";
    case ScalarType::float_:
      return "DOUBLE";
    case ScalarType::decimal:
      return "DECIMAL(65,30)";
    case ScalarType::datetime:
      return "DATETIME(3)";
    case ScalarType::json:
    case ScalarType::composite:
      return "JSON";
    case ScalarType::bytes:
      return "LONGBLOB";
    default:
      return "VARCHAR(191)";
  }
}

// @db.UnsignedBigInt → BIGINT UNSIGNED; others are their SQL in capitals.
std::string native_type(const schema::NativeType& native) {
  std::string name = native.name;
  std::string behind;
  if (name.starts_with("Unsigned")) {
    name.erase(0, 8);
    behind = " UNSIGNED";
  }
  std::string text;
  for (const char c : name) text += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  for (size_t i = 0; i < native.arguments.size(); ++i)
    text += (i == 0 ? "(" : ",") + std::to_string(native.arguments[i]);
  if (!native.arguments.empty()) text += ")";
  // Prisma: a Decimal without a precision, in both spellings.
  if (text == "DECIMAL") text = "DECIMAL(65,30)";
  return text + behind;
}

std::string column_type(const Schema& schema, const Field& field) {
  if (field.type == ScalarType::enum_ && field.enum_index >= 0) {
    std::string text = "ENUM(";
    for (const schema::EnumValue& value : schema.enums[field.enum_index].values)
      text += (text.size() > 5 ? ", " : "") + quote_literal(value.db_name);
    return text + ")";
  }
  if (field.type == ScalarType::unsupported) return field.unsupported_type;
  if (!field.native.name.empty()) return native_type(field.native);
  return std::string(default_type(field.type));
}

// base64 → X'6869'
std::string bytes_literal(std::string_view base64) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static constexpr std::string_view hex = "0123456789abcdef";
  std::string text = "X'";
  uint32_t bits = 0;
  int count = 0;
  for (const char c : base64) {
    const size_t digit = alphabet.find(c == '-' ? '+' : c == '_' ? '/' : c);
    if (digit == alphabet.npos) break;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const uint32_t byte = bits >> count & 0xff;
    text += hex[byte >> 4];
    text += hex[byte & 15];
  }
  return text + "'";
}

std::string literal(const Schema& schema, const Field& field) {
  using schema::ExprKind;
  const schema::Expr& value = field.default_value.value;
  if (field.enum_index >= 0) {
    for (const schema::EnumValue& candidate : schema.enums[field.enum_index].values)
      if (candidate.name == value.text) return quote_literal(candidate.db_name);
    return quote_literal(value.text);
  }
  if (value.kind == ExprKind::literal_boolean) return value.boolean ? "true" : "false";
  if (value.kind == ExprKind::literal_number || field.type == ScalarType::decimal) return value.text;
  if (field.type == ScalarType::bytes) return "(" + bytes_literal(value.text) + ")";
  if (field.type == ScalarType::json) return "(" + quote_literal(value.text) + ")";
  if (field.type == ScalarType::datetime) {
    if (const auto us = parse_datetime(value.text, Type::timestamptz, TimeContext{})) {
      std::string text;
      append_timestamp(text, *us, ' ');
      return quote_literal(text);
    }
  }
  return quote_literal(value.text);
}

// The fraction digits of a time type: the 3 of DATETIME(3).
std::string precision_of(const std::string& type) {
  const size_t open = type.find('(');
  return open == type.npos ? std::string() : type.substr(open);
}

std::string default_text(const Schema& schema, const Field& field, const std::string& type) {
  switch (field.default_value.kind) {
    case DefaultKind::literal:
      return literal(schema, field);
    case DefaultKind::now:
      if (type == "DATE") return "(CURRENT_DATE)";
      if (type.starts_with("TIME") && !type.starts_with("TIMESTAMP"))
        return "(CURRENT_TIME" + precision_of(type) + ")";
      return "CURRENT_TIMESTAMP" + precision_of(type);
    case DefaultKind::dbgenerated: {
      const std::string& sql = field.default_value.sql;
      if (sql.empty() || sql.starts_with(sql::generated_prefix) || sql.starts_with("(")) return sql;
      return "(" + sql + ")";
    }
    default:
      return {};
  }
}

ColumnDescription describe_column(const Schema& schema, const Field& field) {
  ColumnDescription column;
  column.name = field.db_name;
  column.type = column_type(schema, field);
  column.required = !field.optional;
  column.autoincrement = field.default_value.kind == DefaultKind::autoincrement;
  column.default_sql = default_text(schema, field, column.type);
  return column;
}

IndexDescription describe_key(const Model& model, const schema::Key& key, bool unique) {
  IndexDescription index;
  index.name = key.db_name;
  index.unique = unique;
  for (const schema::KeyColumn& column : key.columns) {
    IndexColumnDescription& made = index.columns.emplace_back();
    made.name = model.fields[column.field].db_name;
    made.descending = column.descending;
    if (column.length > 0) made.options = "(" + std::to_string(column.length) + ")";
  }
  return index;
}

TableDescription describe_model(const Schema& schema, const Model& model) {
  TableDescription table;
  table.name = model.db_name;
  for (const int field : model.columns)
    table.columns.push_back(describe_column(schema, model.fields[field]));
  if (model.primary_key)
    for (const schema::KeyColumn& column : model.primary_key->columns)
      table.primary_key.push_back(model.fields[column.field].db_name);
  for (const schema::Key& key : model.uniques)
    table.indexes.push_back(describe_key(model, key, true));
  for (const schema::Key& key : model.indexes)
    table.indexes.push_back(describe_key(model, key, false));
  return table;
}

TableDescription describe_join(const Schema& schema, const Relation& relation) {
  TableDescription table;
  table.name = relation.constraint;
  for (const int side : {0, 1}) {
    const Model& model = schema.models[relation.model[side]];
    const int field = (side == 0 ? relation.from_fields : relation.to_fields).front();
    const std::string column = side == 0 ? "A" : "B";
    table.columns.push_back({column, column_type(schema, model.fields[field]), true, false, ""});
    if (schema.datasource.relation_mode_prisma) continue;
    table.foreign_keys.push_back({relation.constraint + "_" + column + "_fkey",
                                  {column},
                                  model.db_name,
                                  {model.fields[field].db_name},
                                  "CASCADE",
                                  "CASCADE"});
  }
  table.indexes.push_back({relation.constraint + "_AB_unique", true, {{"A"}, {"B"}}, ""});
  table.indexes.push_back({relation.constraint + "_B_index", false, {{"B"}}, ""});
  return table;
}

std::string names(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns)
    text += (text.empty() ? "" : ", ") + quote_identifier(column);
  return text;
}

std::string index_text(const IndexDescription& index) {
  std::string text = (index.unique ? "UNIQUE INDEX " : "INDEX ") + quote_identifier(index.name) + " (";
  for (size_t i = 0; i < index.columns.size(); ++i) {
    const IndexColumnDescription& column = index.columns[i];
    text += (i == 0 ? "" : ", ") + quote_identifier(column.name) + column.options;
    if (column.descending) text += " DESC";
  }
  return text + ")";
}

}  // namespace

DatabaseDescription describe_schema(const Schema& schema) {
  DatabaseDescription database;
  for (const Model& model : schema.models)
    if (!model.is_view) database.tables.push_back(describe_model(schema, model));
  for (const Relation& relation : schema.relations) {
    const Model& from = schema.models[relation.model[0]];
    const Model& to = schema.models[relation.model[1]];
    if (relation.kind == RelationKind::many_to_many) {
      database.tables.push_back(describe_join(schema, relation));
    } else if (!schema.datasource.relation_mode_prisma && !from.is_view && !to.is_view) {
      const auto table = std::ranges::find(database.tables, from.db_name, &TableDescription::name);
      ForeignKeyDescription& key = table->foreign_keys.emplace_back();
      key.name = relation.constraint;
      for (const int field : relation.from_fields) key.columns.push_back(from.fields[field].db_name);
      key.table = to.db_name;
      for (const int field : relation.to_fields) key.to_columns.push_back(to.fields[field].db_name);
      key.on_delete = sql::action_text(relation.on_delete);
      key.on_update = sql::action_text(relation.on_update);
    }
  }
  return database;
}

std::string render_column(const ColumnDescription& column) {
  std::string text = quote_identifier(column.name) + " " + column.type;
  const bool generated = column.default_sql.starts_with(sql::generated_prefix);
  if (generated) text += " " + column.default_sql;
  // A TIMESTAMP that says nothing would be required, and now by default.
  text += column.required ? (generated ? "" : " NOT NULL") : (generated ? "" : " NULL");
  if (column.autoincrement) text += " AUTO_INCREMENT";
  if (!column.default_sql.empty() && !generated) text += " DEFAULT " + column.default_sql;
  return text;
}

std::string render_create_table(const TableDescription& table) {
  std::string text = "CREATE TABLE " + quote_identifier(table.name) + " (";
  for (size_t i = 0; i < table.columns.size(); ++i)
    text += (i == 0 ? "" : ", ") + render_column(table.columns[i]);
  for (const IndexDescription& index : table.indexes) text += ", " + index_text(index);
  if (!table.primary_key.empty()) text += ", PRIMARY KEY (" + names(table.primary_key) + ")";
  return text + ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin";
}

std::string render_add_index(const std::string& table, const IndexDescription& index) {
  return "ALTER TABLE " + quote_identifier(table) + " ADD " + index_text(index);
}

std::string render_add_foreign_key(const std::string& table, const ForeignKeyDescription& key) {
  return "ALTER TABLE " + quote_identifier(table) + " ADD CONSTRAINT " + quote_identifier(key.name) +
         " FOREIGN KEY (" + names(key.columns) + ") REFERENCES " + quote_identifier(key.table) + "(" +
         names(key.to_columns) + ") ON DELETE " + key.on_delete + " ON UPDATE " + key.on_update;
}

std::vector<std::string> render_database(const DatabaseDescription& database) {
  std::vector<std::string> statements;
  for (const TableDescription& table : database.tables)
    statements.push_back(render_create_table(table));
  for (const TableDescription& table : database.tables)
    for (const ForeignKeyDescription& key : table.foreign_keys)
      statements.push_back(render_add_foreign_key(table.name, key));
  return statements;
}

}  // namespace trivet::store::mysql
