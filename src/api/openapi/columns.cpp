#include "api/openapi/columns.h"

#include <fmt/format.h>

#include "store/store.h"

namespace trivet::api::openapi {
namespace {

struct TypeText {
  std::string_view type;     // empty = any
  std::string_view format;
  std::string_view example;  // JSON
};

TypeText type_text(Type type) {
  switch (type) {
    case Type::boolean: return {"boolean", "", "true"};
    case Type::int2:
    case Type::int4: return {"integer", "int32", "42"};
    case Type::int8: return {"integer", "int64", "42"};
    case Type::float4: return {"number", "float", "1.5"};
    case Type::float8: return {"number", "double", "1.5"};
    case Type::numeric: return {"number", "", "1.5"};
    case Type::json:
    case Type::jsonb: return {"", "", R"({"key":"value"})"};
    case Type::timestamp: return {"string", "", R"("2024-01-31T12:34:56.789")"};
    case Type::timestamptz: return {"string", "date-time", R"("2024-01-31T12:34:56.789+00:00")"};
    case Type::date: return {"string", "date", R"("2024-01-31")"};
    case Type::time: return {"string", "", R"("12:34:56")"};
    case Type::timetz: return {"string", "", R"("12:34:56+00")"};
    case Type::uuid: return {"string", "uuid", R"("3f2504e0-4f89-41d3-9a0c-0305e82c3301")"};
    case Type::bytea: return {"string", "", R"("\\x68690a")"};
    default: return {"string", "", R"("text")"};
  }
}

const schema::Enum* enum_of(const schema::Schema& schema, const schema::Field& field) {
  return field.type == schema::ScalarType::enum_ ? &schema.enums[static_cast<size_t>(field.enum_index)]
                                                 : nullptr;
}

void write_type(JsonBuilder& json, std::string_view type, bool nullable) {
  if (type.empty()) return;
  json.key("type");
  if (!nullable) {
    json.value(type);
    return;
  }
  json.open_array().value(type).value("null").close();
}

void write_element_schema(JsonBuilder& json, const schema::Schema& schema, const schema::Field& field,
                          bool nullable) {
  if (const schema::Enum* labels = enum_of(schema, field)) {
    write_type(json, "string", nullable);
    json.key("enum").open_array();
    for (const schema::EnumValue& label : labels->values) json.value(label.db_name);
    if (nullable) json.null();
    json.close();
    return;
  }
  const TypeText text = type_text(store::field_type(field));
  write_type(json, text.type, nullable);
  if (!text.format.empty()) json.member("format", text.format);
}

void write_element_example(JsonBuilder& json, const schema::Schema& schema, const schema::Field& field) {
  if (const schema::Enum* labels = enum_of(schema, field)) {
    json.value(labels->values.front().db_name);
    return;
  }
  json.raw(type_text(store::field_type(field)).example);
}

}  // namespace

bool is_exposed(const schema::Field& field) {
  return field.kind == schema::FieldKind::scalar && field.column >= 0 && !field.ignored &&
         field.type != schema::ScalarType::unsupported;
}

bool is_required_on_insert(const schema::Field& field) {
  return !field.optional && !field.is_list && !field.updated_at &&
         field.default_value.kind == schema::DefaultKind::none;
}

void write_column_schema(JsonBuilder& json, const schema::Schema& schema, const schema::Field& field) {
  json.open_object();
  if (field.is_list) {
    json.member("type", "array").key("items").open_object();
    write_element_schema(json, schema, field, false);
    json.close();
  } else {
    write_element_schema(json, schema, field, field.optional);
  }
  if (!field.doc.empty()) json.member("description", field.doc);
  json.close();
}

void write_column_example(JsonBuilder& json, const schema::Schema& schema, const schema::Field& field) {
  if (field.is_list) json.open_array();
  write_element_example(json, schema, field);
  if (field.is_list) json.close();
}

std::string filter_example(const schema::Schema& schema, const schema::Field& field) {
  if (field.is_list) return "cs.{}";
  if (const schema::Enum* labels = enum_of(schema, field)) {
    return "eq." + labels->values.front().db_name;
  }
  const TypeText text = type_text(store::field_type(field));
  if (text.type.empty()) return "not.is.null";
  std::string_view example = text.example;
  if (example.starts_with('"')) example = example.substr(1, example.size() - 2);
  return fmt::format("eq.{}", example);
}

std::string component_name(std::string_view name) {
  std::string result;
  for (const char c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (fits) {
      result += c;
    } else {
      result += fmt::format(".{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

}  // namespace trivet::api::openapi
