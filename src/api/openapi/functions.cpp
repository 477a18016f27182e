#include "api/openapi/functions.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>

#include "api/openapi/columns.h"
#include "api/openapi/components.h"
#include "api/openapi/paths.h"

namespace trivet::api::openapi {
namespace {

using store::Procedure;
using store::ProcedureArgument;
using store::ResultShape;
using store::Volatility;
using Overloads = std::vector<const Procedure*>;

struct TypeText {
  std::string_view sql;
  std::string_view schema;  // the members of a JSON Schema
};

// As PostgreSQL names its types, and as rows are written in JSON; what isn't here is a text.
constexpr auto types = std::to_array<TypeText>({
    {"boolean", R"("type":"boolean")"},
    {"smallint", R"("type":"integer","format":"int32")"},
    {"integer", R"("type":"integer","format":"int32")"},
    {"bigint", R"("type":"integer","format":"int64")"},
    {"real", R"("type":"number","format":"float")"},
    {"double precision", R"("type":"number","format":"double")"},
    {"numeric", R"("type":"number")"},
    {"json", ""},
    {"jsonb", ""},
    {"record", R"("type":"object")"},
    {"uuid", R"("type":"string","format":"uuid")"},
    {"date", R"("type":"string","format":"date")"},
    {"timestamp with time zone", R"("type":"string","format":"date-time")"},
});

std::string schema_of(std::string_view sql) {
  if (sql.ends_with("[]")) {
    sql.remove_suffix(2);
    return R"({"type":"array","items":)" + schema_of(sql) + "}";
  }
  const std::string_view bare = sql.substr(0, sql.find('('));
  const auto found = std::ranges::find(types, bare, &TypeText::sql);
  return "{" + std::string(found == types.end() ? R"("type":"string")" : found->schema) + "}";
}

bool is_read(const Procedure& procedure) { return procedure.volatility != Volatility::volatile_; }

// One unnamed argument takes the whole body.
bool takes_body(const Procedure& procedure) {
  return procedure.arguments.size() == 1 && procedure.arguments.front().name.empty();
}

std::string_view body_type(const Procedure& procedure) {
  const std::string_view type = procedure.arguments.front().type;
  if (type == "json" || type == "jsonb") return "application/json";
  if (type == "bytea") return "application/octet-stream";
  return type == "xml" ? "text/xml" : "text/plain";
}

void write_arguments(JsonBuilder& json, const Procedure& procedure) {
  json.open_object().member("type", "object").key("properties").open_object();
  for (const ProcedureArgument& argument : procedure.arguments)
    if (!argument.name.empty()) json.key(argument.name).raw(schema_of(argument.type));
  json.close();
  const auto is_required = [](const ProcedureArgument& argument) {
    return !argument.name.empty() && !argument.has_default && !argument.is_variadic;
  };
  if (std::ranges::any_of(procedure.arguments, is_required)) {
    json.key("required").open_array();
    for (const ProcedureArgument& argument : procedure.arguments)
      if (is_required(argument)) json.value(argument.name);
    json.close();
  }
  json.close();
}

// The one schema, or any of several.
template <class Item, class Write>
void write_any(JsonBuilder& json, const std::vector<Item>& items, Write write) {
  json.key("schema");
  if (items.size() == 1) return write(items.front());
  json.open_object().key("anyOf").open_array();
  for (const Item& item : items) write(item);
  json.close().close();
}

void write_body(JsonBuilder& json, const Overloads& overloads) {
  std::map<std::string_view, Overloads> by_type;
  for (const Procedure* procedure : overloads)
    by_type[takes_body(*procedure) ? body_type(*procedure) : "application/json"].push_back(procedure);
  json.key("requestBody").open_object().key("content").open_object();
  for (const auto& [type, takers] : by_type) {
    json.key(type).open_object();
    write_any(json, takers, [&](const Procedure* procedure) {
      if (!takes_body(*procedure)) return write_arguments(json, *procedure);
      const bool is_json = type == "application/json";
      json.raw(is_json ? "{}" : R"({"type":"string"})");
    });
    json.close();
  }
  json.close().close();
}

void write_parameters(JsonBuilder& json, const Overloads& overloads) {
  std::set<std::string_view> seen;
  json.key("parameters").open_array();
  for (const Procedure* procedure : overloads)
    for (const ProcedureArgument& argument : procedure->arguments) {
      if (argument.name.empty() || !seen.insert(argument.name).second) continue;
      const bool always = std::ranges::all_of(overloads, [&](const Procedure* other) {
        const auto same = std::ranges::find(other->arguments, argument.name, &ProcedureArgument::name);
        return same != other->arguments.end() && !same->has_default && !same->is_variadic;
      });
      json.open_object().member("name", argument.name).member("in", "query");
      if (always) json.member("required", true);
      // Whatever it is, a query holds its text.
      json.member("description", argument.type).key("schema").raw(R"({"type":"string"})").close();
    }
  json.close();
}

void write_row(JsonBuilder& json, const Procedure& procedure) {
  json.open_object().member("type", "object").key("properties").open_object();
  std::set<std::string_view> seen;
  for (const store::ProcedureColumn& column : procedure.columns)
    if (seen.insert(column.name).second) json.key(column.name).raw(schema_of(column.type));
  json.close().close();
}

void write_result(JsonBuilder& json, const Procedure& procedure) {
  const bool many = procedure.shape == ResultShape::rows || procedure.shape == ResultShape::values;
  if (many) json.open_object().member("type", "array").key("items");
  if (procedure.shape == ResultShape::rows || procedure.shape == ResultShape::row)
    write_row(json, procedure);
  else
    json.raw("{}");  // a value of the function's own
  if (many) json.close();
}

void write_responses(JsonBuilder& json, const Overloads& overloads) {
  Overloads with_result;
  for (const Procedure* procedure : overloads)
    if (procedure->shape != ResultShape::nothing) with_result.push_back(procedure);
  json.key("responses").open_object();
  if (!with_result.empty()) {
    json.key("200").open_object().member("description", "What the function returns.");
    json.key("content").open_object().key("application/json").open_object();
    write_any(json, with_result, [&](const Procedure* procedure) { write_result(json, *procedure); });
    json.close().close().close();
  }
  if (with_result.size() < overloads.size()) {
    json.key("204");
    write_reference(json, "responses", "done");
  }
  json.key("4XX");
  write_reference(json, "responses", "error");
  json.close();
}

void open_operation(JsonBuilder& json, std::string_view method, const std::string& name) {
  json.key(method).open_object();
  json.key("tags").open_array().value("functions").close();
  json.member("operationId", (method == "get" ? "read_rpc_" : "call_rpc_") + component_name(name));
  json.member("summary", "Call the function " + name);
}

}  // namespace

void write_function_paths(JsonBuilder& json, const Procedures& functions, const DocumentOptions& options) {
  std::map<std::string, Overloads> by_name;
  for (const Procedure* procedure : functions) by_name[procedure->name].push_back(procedure);
  for (const auto& [name, overloads] : by_name) {
    Overloads reads;
    for (const Procedure* procedure : overloads)
      if (is_read(*procedure) && !takes_body(*procedure)) reads.push_back(procedure);
    json.key(options.rest_prefix + "/rpc/" + escape_path(name)).open_object();
    if (!reads.empty()) {
      open_operation(json, "get", name);
      write_parameters(json, reads);
      write_responses(json, reads);
      json.close();
    }
    open_operation(json, "post", name);
    write_body(json, overloads);
    write_responses(json, overloads);
    json.close().close();
  }
}

}  // namespace trivet::api::openapi
