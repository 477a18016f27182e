#include "api/openapi/document.h"

#include "api/openapi/columns.h"
#include "api/openapi/components.h"
#include "api/openapi/functions.h"
#include "api/openapi/paths.h"
#include "value/json_builder.h"

namespace trivet::api::openapi {
namespace {

constexpr std::string_view description =
    "Rows over HTTP in PostgREST's dialect: `column=operator.value` filters, `select` with embedding of related rows, "
    "`order`, `limit`, `offset`, and `Prefer` for counts and representations. Every request is answered under the "
    "access rules of the schema.";

void write_info(JsonBuilder& json, const DocumentOptions& options) {
  json.key("info").open_object();
  json.member("title", options.title).member("version", options.version).member("description", description);
  json.close();
}

void write_security(JsonBuilder& json) {
  json.key("security").open_array();
  json.open_object().key("apikey").open_array().close().close();
  json.open_object().key("bearer").open_array().close().close();
  json.open_object().close();  // what the rules grant to everyone
  json.close();
}

std::vector<int> visible_models(const schema::Schema& schema, const Access& access) {
  std::vector<int> result;
  for (int model = 0; model < static_cast<int>(schema.models.size()); ++model) {
    using enum schema::Operation;
    const bool any = access.may(model, read) || access.may(model, create) || access.may(model, update) ||
                     access.may(model, delete_);
    if (any && !schema.models[static_cast<size_t>(model)].ignored) result.push_back(model);
  }
  return result;
}

void write_tags(JsonBuilder& json, const schema::Schema& schema, const std::vector<int>& models,
                const Procedures& functions) {
  json.key("tags").open_array();
  for (const int model : models) {
    const schema::Model& m = schema.models[static_cast<size_t>(model)];
    json.open_object().member("name", m.db_name);
    json.member("description", m.doc.empty() ? "Rows of " + m.db_name + "." : m.doc).close();
  }
  if (!functions.empty())
    json.open_object().member("name", "functions").member("description", "Functions of the database.").close();
  json.close();
}

}  // namespace

std::string make_document(const schema::Schema& schema, const Access& access, const DocumentOptions& options) {
  const std::vector<int> models = visible_models(schema, access);
  JsonBuilder json;
  json.open_object().member("openapi", "3.1.0");
  write_info(json, options);
  json.key("servers").open_array().open_object().member("url", "/").close().close();
  write_security(json);
  const Procedures functions = access.procedures();
  write_tags(json, schema, models, functions);

  json.key("paths").open_object();
  for (const int model : models) write_path(json, {schema, access, options, model});
  write_function_paths(json, functions, options);
  json.close();

  json.key("components").open_object();
  write_schemas(json, schema, access, models);
  write_parameters(json, schema, access, models);
  write_shared_responses(json);
  write_security_schemes(json);
  json.close();

  json.close();
  return json.take();
}

}  // namespace trivet::api::openapi
