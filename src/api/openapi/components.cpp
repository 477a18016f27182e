#include "api/openapi/components.h"

#include <array>

#include "api/openapi/columns.h"

namespace trivet::api::openapi {
namespace {

enum class Shape { row, insert, update };

const schema::Model& model_at(const schema::Schema& schema, int model) {
  return schema.models[static_cast<size_t>(model)];
}

// Calls visit(field) for each column that the caller may see, in column order.
void for_each_column(const schema::Schema& schema, const Access& access, int model, auto&& visit) {
  const schema::Model& m = model_at(schema, model);
  for (const int index : m.columns) {
    const schema::Field& field = m.fields[static_cast<size_t>(index)];
    if (is_exposed(field) && access.may_read(model, index)) visit(field);
  }
}

bool in_shape(const schema::Field& field, Shape shape) { return shape != Shape::row || !field.omitted; }

void write_table_schema(JsonBuilder& json, const schema::Schema& schema, const Access& access, int model,
                        Shape shape) {
  const schema::Model& m = model_at(schema, model);
  json.open_object().member("type", "object");
  if (shape == Shape::row && !m.doc.empty()) json.member("description", m.doc);
  json.key("properties").open_object();
  std::vector<const schema::Field*> required;
  for_each_column(schema, access, model, [&](const schema::Field& field) {
    if (!in_shape(field, shape)) return;
    json.key(field.db_name);
    write_column_schema(json, schema, field);
    if (shape == Shape::insert && is_required_on_insert(field)) required.push_back(&field);
  });
  json.close();
  if (!required.empty()) {
    json.key("required").open_array();
    for (const schema::Field* field : required) json.value(field->db_name);
    json.close();
  }
  json.key("examples").open_array().open_object();
  for_each_column(schema, access, model, [&](const schema::Field& field) {
    const bool shown = in_shape(field, shape) && (shape != Shape::insert || is_required_on_insert(field)) &&
                       (shape != Shape::update || !field.is_id);
    if (!shown) return;
    json.key(field.db_name);
    write_column_example(json, schema, field);
  });
  json.close().close();
  json.close();
}

void write_error_schema(JsonBuilder& json) {
  json.key("error").open_object().member("type", "object");
  json.member("description", "Every error has these four members.");
  json.key("required").raw(R"(["code","details","hint","message"])");
  json.key("properties").raw(
      R"({"code":{"type":"string","description":"PGRSTnnn or a SQLSTATE"},)"
      R"("details":{"description":"More about this case"},"hint":{"type":["string","null"]},"message":{"type":"string"}})");
  json.key("examples").raw(
      R"([{"code":"42703","details":null,"hint":null,"message":"column t.c does not exist"}])");
  json.close();
}

struct SharedParameter {
  std::string_view name;
  std::string_view in;
  std::string_view key;  // component name
  std::string_view schema;
  std::string_view example;  // JSON
  std::string_view description;
};

constexpr auto shared_parameters = std::to_array<SharedParameter>({
    {"order", "query", "order", R"({"type":"string"})", "", "`column.desc.nullslast`, several joined by commas."},
    {"limit", "query", "limit", R"({"type":"integer","minimum":0})", "20", "At most so many rows."},
    {"offset", "query", "offset", R"({"type":"integer","minimum":0})", "0", "Skips so many rows."},
    {"or", "query", "or", R"({"type":"string"})", "", "`(a.eq.1,b.is.null)`: any of the conditions."},
    {"and", "query", "and", R"({"type":"string"})", "", "`(a.gt.1,a.lt.9)`: all of the conditions."},
    {"columns", "query", "columns", R"({"type":"string"})", "", "The columns to write; other keys are ignored."},
    {"on_conflict", "query", "on_conflict", R"({"type":"string"})", "",
     "Columns of the unique key that an upsert goes by; absent: the primary key."},
    {"Range", "header", "range", R"({"type":"string","pattern":"^[0-9]+-[0-9]*$"})", R"("0-19")",
     "Rows by position, inclusive."},
    {"Prefer", "header", "preferRead", R"({"type":"string"})", R"("count=exact")",
     "`count=exact|planned|estimated`, `timezone=…`, `handling=strict`."},
    {"Prefer", "header", "preferWrite", R"({"type":"string"})", R"("return=representation")",
     "`return=minimal|headers-only|representation`, `resolution=merge-duplicates|ignore-duplicates`, "
     "`missing=default`, `count=exact`, `handling=strict`, `max-affected=n`."},
});

void write_shared_parameter(JsonBuilder& json, const SharedParameter& parameter) {
  json.key(parameter.key).open_object();
  json.member("name", parameter.name).member("in", parameter.in).member("description", parameter.description);
  json.key("schema").raw(parameter.schema);
  if (!parameter.example.empty()) json.key("example").raw(parameter.example);
  json.close();
}

}  // namespace

void write_reference(JsonBuilder& json, std::string_view section, std::string_view name) {
  std::string target = "#/components/";
  target.append(section).append("/").append(name);
  json.open_object().member("$ref", target).close();
}

void write_schemas(JsonBuilder& json, const schema::Schema& schema, const Access& access,
                   const std::vector<int>& models) {
  json.key("schemas").open_object();
  for (const int model : models) {
    const std::string name = "table." + component_name(model_at(schema, model).db_name);
    json.key(name);
    write_table_schema(json, schema, access, model, Shape::row);
    if (access.may(model, schema::Operation::create)) {
      json.key(name + ".insert");
      write_table_schema(json, schema, access, model, Shape::insert);
    }
    if (access.may(model, schema::Operation::update)) {
      json.key(name + ".update");
      write_table_schema(json, schema, access, model, Shape::update);
    }
  }
  write_error_schema(json);
  json.close();
}

void write_parameters(JsonBuilder& json, const schema::Schema& schema, const Access& access,
                      const std::vector<int>& models) {
  json.key("parameters").open_object();
  for (const SharedParameter& parameter : shared_parameters) write_shared_parameter(json, parameter);
  for (const int model : models) {
    const std::string table = component_name(model_at(schema, model).db_name);
    for_each_column(schema, access, model, [&](const schema::Field& field) {
      json.key("filter." + table + "." + component_name(field.db_name)).open_object();
      json.member("name", field.db_name).member("in", "query");
      json.member("description", "`operator.value`, such as `" + filter_example(schema, field) + "`.");
      json.key("schema").raw(R"({"type":"string"})");
      json.member("example", filter_example(schema, field));
      json.close();
    });
  }
  json.close();
}

void write_shared_responses(JsonBuilder& json) {
  json.key("responses").open_object();
  json.key("error").open_object().member("description", "What is wrong, and what to do instead.");
  json.key("content").open_object().key("application/json").open_object().key("schema");
  write_reference(json, "schemas", "error");
  json.close().close().close();
  json.key("done").open_object().member("description", "Done; nothing was asked to be returned.").close();
  json.close();
}

void write_security_schemes(JsonBuilder& json) {
  json.key("securitySchemes").open_object();
  json.key("apikey").raw(
      R"({"type":"apiKey","in":"header","name":"apikey","description":"A project key, as `trivet keys` prints them."})");
  json.key("bearer").raw(
      R"({"type":"http","scheme":"bearer","bearerFormat":"JWT","description":"A signed-in user's token, or a key."})");
  json.close();
}

}  // namespace trivet::api::openapi
