#include "store/postgres/layout/ddl.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "store/sql/ddl.h"
#include "store/sql/render.h"
#include "value/datetime.h"

namespace trivet::store::postgres {

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
      return "DOUBLE PRECISION";
    case ScalarType::decimal:
      return "DECIMAL(65,30)";
    case ScalarType::datetime:
      return "TIMESTAMP(3)";
    case ScalarType::json:
    case ScalarType::composite:
      return "JSONB";
    case ScalarType::bytes:
      return "BYTEA";
    default:
      return "TEXT";
  }
}

// Names of @db.X that are not their SQL in capitals.
std::string native_type(const schema::NativeType& native) {
  using Name = std::pair<std::string_view, std::string_view>;
  static constexpr auto names = std::to_array<Name>({
      {"DoublePrecision", "DOUBLE PRECISION"},
      {"Bit", "BIT"},
      {"VarBit", "VARBIT"},
      {"JsonB", "JSONB"},
  });
  std::string text;
  for (const auto& [name, sql] : names)
    if (name == native.name) text = sql;
  if (text.empty())
    for (const char c : native.name) text += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  for (size_t i = 0; i < native.arguments.size(); ++i)
    text += (i == 0 ? "(" : ",") + std::to_string(native.arguments[i]);
  return native.arguments.empty() ? text : text + ")";
}

// SERIAL and its like for a column that counts up.
std::string serial_type(const std::string& type) {
  if (type == "BIGINT") return "BIGSERIAL";
  return type == "SMALLINT" ? "SMALLSERIAL" : "SERIAL";
}

// base64 → '\x6869', as Prisma writes it.
std::string bytes_literal(std::string_view base64) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static constexpr std::string_view hex = "0123456789abcdef";
  std::string text = "'\\x";
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

std::string literal(const Schema& schema, const Field& field, const schema::Expr& value) {
  using schema::ExprKind;
  if (field.enum_index >= 0) {
    for (const schema::EnumValue& candidate : schema.enums[field.enum_index].values)
      if (candidate.name == value.text) return quote_literal(candidate.db_name);
    return quote_literal(value.text);
  }
  if (value.kind == ExprKind::literal_boolean) return value.boolean ? "true" : "false";
  if (value.kind == ExprKind::literal_number) return value.text;
  if (field.type == ScalarType::decimal) return value.text;
  if (field.type == ScalarType::bytes) return bytes_literal(value.text);
  if (field.type == ScalarType::datetime) {
    if (const auto us = parse_datetime(value.text, Type::timestamptz, TimeContext{})) {
      std::string text;
      append_timestamptz(text, *us, nullptr, ' ', OffsetStyle::text);
      return quote_literal(text);
    }
  }
  return quote_literal(value.text);
}

std::string default_text(const Schema& schema, const Field& field) {
  const schema::Default& value = field.default_value;
  switch (value.kind) {
    case DefaultKind::literal:
      return literal(schema, field, value.value);
    case DefaultKind::list: {
      std::string text = "ARRAY[";
      for (size_t i = 0; i < value.value.operands.size(); ++i)
        text += (i == 0 ? "" : ", ") + literal(schema, field, value.value.operands[i]);
      return text + "]::" + column_type(schema, field) + "[]";
    }
    case DefaultKind::now:
      return "CURRENT_TIMESTAMP";
    case DefaultKind::dbgenerated:
      return value.sql;
    default:
      return {};
  }
}

std::string column_text(const Schema& schema, const Field& field) {
  std::string type = column_type(schema, field);
  if (field.default_value.kind == DefaultKind::autoincrement) type = serial_type(type);
  std::string text = quote_identifier(field.db_name) + " " + type;
  if (field.is_list) text += "[]";
  if (!field.optional && !field.is_list) text += " NOT NULL";
  if (const std::string value = default_text(schema, field); !value.empty())
    text += default_clause(value);
  return text;
}

std::string column_names(const Model& model, const std::vector<int>& fields) {
  std::string text;
  for (const int field : fields)
    text += (text.empty() ? "" : ", ") + quote_identifier(model.fields[field].db_name);
  return text;
}

std::string create_enum(const schema::Enum& type) {
  std::string text = "CREATE TYPE " + quote_identifier(type.type()) + " AS ENUM (";
  for (size_t i = 0; i < type.values.size(); ++i)
    text += (i == 0 ? "" : ", ") + quote_literal(type.values[i].db_name);
  return text + ")";
}

std::string create_table(const Schema& schema, const Model& model) {
  std::string text = "CREATE TABLE " + quote_identifier(model.table()) + " (";
  for (size_t i = 0; i < model.columns.size(); ++i)
    text += (i == 0 ? "" : ", ") + column_text(schema, model.fields[model.columns[i]]);
  if (!model.primary_key) return text + ")";
  std::vector<int> fields;
  for (const schema::KeyColumn& column : model.primary_key->columns) fields.push_back(column.field);
  return text + ", CONSTRAINT " + quote_identifier(model.primary_key->db_name) + " PRIMARY KEY (" +
         column_names(model, fields) + "))";
}

// JsonbPathOps → jsonb_path_ops.
std::string operator_class(const schema::KeyColumn& column) {
  if (column.raw_ops || column.ops.empty()) return column.ops;
  std::string text;
  for (const char c : column.ops) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !text.empty()) text += '_';
    text += static_cast<char>(capital ? c + 32 : c);
  }
  return text;
}

std::string create_index(const Model& model, const schema::Key& key, bool unique) {
  std::string text = unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  text += quote_identifier(key.db_name) + " ON " + quote_identifier(model.table());
  if (!key.type.empty() && key.type != "BTree") text += " USING " + key.type;
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const schema::KeyColumn& column = key.columns[i];
    text += (i == 0 ? "(" : ", ") + quote_identifier(model.fields[column.field].db_name);
    if (const std::string ops = operator_class(column); !ops.empty()) text += " " + ops;
    if (column.descending) text += " DESC";
  }
  text += ")";
  if (!key.where_sql.empty()) text += " WHERE " + key.where_sql;
  return text;
}

std::string foreign_key(const Schema& schema, const Relation& relation) {
  const Model& from = schema.models[relation.model[0]];
  const Model& to = schema.models[relation.model[1]];
  return "ALTER TABLE " + quote_identifier(from.table()) + " ADD CONSTRAINT " +
         quote_identifier(relation.constraint) + " FOREIGN KEY (" +
         column_names(from, relation.from_fields) + ") REFERENCES " + quote_identifier(to.table()) +
         "(" + column_names(to, relation.to_fields) + ") ON DELETE " +
         std::string(sql::action_text(relation.on_delete)) + " ON UPDATE " +
         std::string(sql::action_text(relation.on_update));
}

const Field& join_key(const Schema& schema, const Relation& relation, int side) {
  const std::vector<int>& fields = side == 0 ? relation.from_fields : relation.to_fields;
  return schema.models[relation.model[side]].fields[fields.front()];
}

std::string create_join(const Schema& schema, const Relation& relation) {
  std::string text = "CREATE TABLE " + quote_identifier(schema.join_table(relation)) + " (";
  text += "\"A\" " + column_type(schema, join_key(schema, relation, 0)) + " NOT NULL, ";
  text += "\"B\" " + column_type(schema, join_key(schema, relation, 1)) + " NOT NULL, CONSTRAINT ";
  return text + quote_identifier(relation.constraint + "_AB_pkey") + " PRIMARY KEY (\"A\",\"B\"))";
}

std::string join_foreign_key(const Schema& schema, const Relation& relation, int side) {
  const std::string column = side == 0 ? "A" : "B";
  return "ALTER TABLE " + quote_identifier(schema.join_table(relation)) + " ADD CONSTRAINT " +
         quote_identifier(relation.constraint + "_" + column + "_fkey") + " FOREIGN KEY (\"" +
         column + "\") REFERENCES " +
         quote_identifier(schema.models[relation.model[side]].table()) + "(" +
         quote_identifier(join_key(schema, relation, side).db_name) +
         ") ON DELETE CASCADE ON UPDATE CASCADE";
}

}  // namespace

std::string default_clause(const std::string& value) {
  return (value.starts_with(sql::generated_prefix) ? " " : " DEFAULT ") + value;
}

std::string column_type(const Schema& schema, const Field& field) {
  if (field.type == ScalarType::enum_ && field.enum_index >= 0)
    return quote_identifier(schema.enums[field.enum_index].type());
  if (field.type == ScalarType::unsupported) return field.unsupported_type;
  if (!field.native.name.empty()) return native_type(field.native);
  return std::string(default_type(field.type));
}

// A view can't have or be the target of a foreign key.
static bool is_of_tables(const Schema& schema, const Relation& relation) {
  return !schema.models[relation.model[0]].is_view && !schema.models[relation.model[1]].is_view;
}

std::vector<std::string> render_database(const Schema& schema) {
  std::vector<std::string> statements;
  for (const schema::Enum& type : schema.enums) statements.push_back(create_enum(type));
  for (const Model& model : schema.models)
    if (!model.is_view) statements.push_back(create_table(schema, model));
  const auto joins = [&](auto&& visit) {
    for (const Relation& relation : schema.relations)
      if (relation.kind == RelationKind::many_to_many) visit(relation);
  };
  joins([&](const Relation& relation) { statements.push_back(create_join(schema, relation)); });
  for (const Model& model : schema.models) {
    if (model.is_view) continue;
    for (const schema::Key& key : model.uniques)
      statements.push_back(create_index(model, key, true));
    for (const schema::Key& key : model.indexes)
      statements.push_back(create_index(model, key, false));
  }
  joins([&](const Relation& relation) {
    statements.push_back("CREATE INDEX " + quote_identifier(relation.constraint + "_B_index") +
                         " ON " + quote_identifier(schema.join_table(relation)) + "(\"B\")");
  });
  if (schema.datasource.relation_mode_prisma) return statements;
  for (const Relation& relation : schema.relations)
    if (relation.kind != RelationKind::many_to_many && is_of_tables(schema, relation))
      statements.push_back(foreign_key(schema, relation));
  joins([&](const Relation& relation) {
    for (const int side : {0, 1}) statements.push_back(join_foreign_key(schema, relation, side));
  });
  return statements;
}

}  // namespace trivet::store::postgres
