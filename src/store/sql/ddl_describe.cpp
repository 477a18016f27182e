#include <algorithm>
#include <cctype>
#include <string_view>

#include "store/sql/ddl.h"
#include "store/sql/render.h"
#include "value/datetime.h"

namespace trivet::store::sql {

namespace {

using schema::DefaultKind;
using schema::Field;
using schema::Model;
using schema::Relation;
using schema::RelationKind;
using schema::ScalarType;

std::string_view column_type(const Field& field) {
  switch (field.type) {
    case ScalarType::string:
    case ScalarType::enum_:
      return "TEXT";
    case ScalarType::boolean:
      return "BOOLEAN";
    case ScalarType::int_:
      return "INTEGER";
    case ScalarType::bigint:
      return "BIGINT";
    case ScalarType::float_:
      return "REAL";
    case ScalarType::decimal:
      return "DECIMAL";
    case ScalarType::datetime:
      return "DATETIME";
    case ScalarType::json:
    case ScalarType::composite:
      return "JSONB";
    case ScalarType::bytes:
      return "BLOB";
    case ScalarType::unsupported:
      return field.unsupported_type;
  }
  return "TEXT";
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

// base64 → X'…'
std::string blob_literal(std::string_view base64) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string literal = "X'";
  unsigned bits = 0;
  int count = 0;
  for (const char c : base64) {
    const int digit = base64_digit(c);
    if (digit < 0) break;
    bits = bits << 6 | static_cast<unsigned>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const unsigned byte = bits >> count & 0xff;
    literal += digits[byte >> 4];
    literal += digits[byte & 15];
  }
  return literal += '\'';
}

std::string datetime_literal(const std::string& text) {
  const auto us = parse_datetime(text, Type::timestamptz, TimeContext{});
  if (!us) return quote_literal(text);
  std::string stored;
  append_stored_timestamp(stored, *us);
  return quote_literal(stored);
}

std::string literal_text(const schema::Schema& schema, const Field& field,
                         const schema::Expr& value) {
  using schema::ExprKind;
  if (value.kind == ExprKind::enum_value || field.type == ScalarType::enum_) {
    if (field.enum_index >= 0)
      for (const schema::EnumValue& candidate : schema.enums[field.enum_index].values)
        if (candidate.name == value.text) return quote_literal(candidate.db_name);
    return quote_literal(value.text);
  }
  switch (value.kind) {
    case ExprKind::literal_boolean:
      return value.boolean ? "true" : "false";
    case ExprKind::literal_number:
      return value.text;
    default:
      break;
  }
  switch (field.type) {
    case ScalarType::decimal:
    case ScalarType::int_:
    case ScalarType::bigint:
    case ScalarType::float_:
      return value.text;
    case ScalarType::datetime:
      return datetime_literal(value.text);
    case ScalarType::bytes:
      return blob_literal(value.text);
    default:
      return quote_literal(value.text);
  }
}

std::string default_text(const schema::Schema& schema, const Field& field) {
  const schema::Default& value = field.default_value;
  switch (value.kind) {
    case DefaultKind::literal:
      return literal_text(schema, field, value.value);
    case DefaultKind::now:
      return "CURRENT_TIMESTAMP";
    case DefaultKind::dbgenerated: {
      if (value.sql.empty() || value.sql.starts_with(generated_prefix)) return value.sql;
      const bool enclosed = value.sql.front() == '(' && value.sql.back() == ')';
      return enclosed ? value.sql : "(" + value.sql + ")";
    }
    default:
      return {};
  }
}

ColumnDescription describe_column(const schema::Schema& schema, const Field& field) {
  ColumnDescription column;
  column.name = field.db_name;
  column.type = column_type(field);
  column.required = !field.optional && !field.is_list;
  column.default_sql = default_text(schema, field);
  return column;
}

IndexDescription describe_index(const Model& model, const schema::Key& key, bool unique) {
  IndexDescription index{key.db_name, unique, {}, key.where_sql};
  for (const schema::KeyColumn& column : key.columns)
    index.columns.push_back({model.fields[column.field].db_name, column.descending});
  return index;
}

void add_foreign_keys(const schema::Schema& schema, int model, TableDescription& table) {
  for (const Relation& relation : schema.relations) {
    if (relation.kind == RelationKind::many_to_many || relation.model[0] != model) continue;
    const Model& parent = schema.models[relation.model[1]];
    ForeignKeyDescription key;
    key.name = relation.constraint;
    for (const int field : relation.from_fields)
      key.columns.push_back(schema.models[model].fields[field].db_name);
    for (const int field : relation.to_fields)
      key.to_columns.push_back(parent.fields[field].db_name);
    key.table = parent.db_name;
    key.on_delete = action_text(relation.on_delete);
    key.on_update = action_text(relation.on_update);
    table.foreign_keys.push_back(std::move(key));
  }
}

TableDescription describe_model(const schema::Schema& schema, int index) {
  const Model& model = schema.models[index];
  TableDescription table;
  table.name = model.db_name;
  for (const int field : model.columns)
    table.columns.push_back(describe_column(schema, model.fields[field]));
  if (model.primary_key)
    for (const schema::KeyColumn& column : model.primary_key->columns)
      table.primary_key.push_back(model.fields[column.field].db_name);
  // A sole integer key is SQLite's row id and counts up.
  if (table.primary_key.size() == 1) {
    const Field& key = model.fields[model.primary_key->columns.front().field];
    if (key.type == ScalarType::int_ || key.type == ScalarType::bigint) {
      ColumnDescription& column = table.columns[key.column];
      column.type = "INTEGER";
      column.autoincrement = true;
    }
  }
  for (const schema::Key& key : model.uniques)
    table.indexes.push_back(describe_index(model, key, true));
  for (const schema::Key& key : model.indexes)
    table.indexes.push_back(describe_index(model, key, false));
  if (!schema.datasource.relation_mode_prisma) add_foreign_keys(schema, index, table);
  return table;
}

TableDescription describe_join_table(const schema::Schema& schema, const Relation& relation) {
  TableDescription table;
  table.name = relation.constraint;
  for (int side = 0; side < 2; ++side) {
    const Model& end = schema.models[relation.model[side]];
    const Field& id = end.fields[(side == 0 ? relation.from_fields : relation.to_fields).front()];
    const std::string column = side == 0 ? "A" : "B";
    table.columns.push_back({column, std::string(column_type(id)), true, false, {}});
    if (!schema.datasource.relation_mode_prisma)
      table.foreign_keys.push_back({table.name + "_" + column + "_fkey",
                                    {column},
                                    end.db_name,
                                    {id.db_name},
                                    "CASCADE",
                                    "CASCADE"});
  }
  table.indexes.push_back({table.name + "_AB_unique", true, {{"A", false}, {"B", false}}, {}});
  table.indexes.push_back({table.name + "_B_index", false, {{"B", false}}, {}});
  return table;
}

}  // namespace

std::string_view action_text(schema::ReferentialAction action) {
  switch (action) {
    case schema::ReferentialAction::cascade:
      return "CASCADE";
    case schema::ReferentialAction::restrict:
      return "RESTRICT";
    case schema::ReferentialAction::no_action:
      return "NO ACTION";
    case schema::ReferentialAction::set_null:
      return "SET NULL";
    case schema::ReferentialAction::set_default:
      return "SET DEFAULT";
  }
  return "NO ACTION";
}

bool is_generated(const ColumnDescription& column) {
  return column.default_sql.starts_with(generated_prefix);
}

DatabaseDescription describe_schema(const schema::Schema& schema) {
  DatabaseDescription database;
  for (size_t i = 0; i < schema.models.size(); ++i)
    if (!schema.models[i].is_view)
      database.tables.push_back(describe_model(schema, static_cast<int>(i)));
  for (const Relation& relation : schema.relations)
    if (relation.kind == RelationKind::many_to_many)
      database.tables.push_back(describe_join_table(schema, relation));
  return database;
}

}  // namespace trivet::store::sql
