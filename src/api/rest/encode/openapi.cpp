#include "api/rest/encode/openapi.h"

#include <fmt/format.h>

#include "api/rest/encode/json_text.h"
#include "value/type.h"

namespace trivet::api::rest {
namespace {

using schema::Field;
using schema::Model;

std::string_view json_type(Type type) {
  switch (type) {
    case Type::int2:
    case Type::int4:
    case Type::int8: return "integer";
    case Type::numeric:
    case Type::float4:
    case Type::float8: return "number";
    case Type::boolean: return "boolean";
    case Type::json:
    case Type::jsonb: return "";
    default: return "string";
  }
}

// First line and the rest of a comment.
struct Comment {
  std::string_view summary;
  std::string_view description;
};
Comment split_comment(std::string_view doc) {
  const size_t end = doc.find('\n');
  if (end == doc.npos) return {doc, {}};
  return {doc.substr(0, end), doc.substr(end + 1)};
}

class Document {
 public:
  Document(const Catalog& catalog, const engine::Engine& engine, const Identity& identity)
      : catalog_(catalog) {
    for (size_t i = 0; i < catalog.schema()->models.size(); ++i) {
      const auto index = static_cast<int>(i);
      if (!catalog.serves(index)) continue;
      const engine::ModelAccess access = engine.model_access(index, identity);
      if (!access.read && !access.create) continue;
      Table table{.model = index, .access = access, .columns = {}};
      for (const int field : catalog.model(index).columns)
        if (is_visible(catalog.model(index).fields[field]) &&
            engine.readable(index, field, identity))
          table.columns.push_back(catalog.column(index, field));
      tables_.push_back(std::move(table));
    }
  }

  std::string render(std::string_view host, std::string_view base_path) {
    json_.open_object().member("swagger", "2.0");
    json_.key("info").open_object();
    json_.member("title", "Trivet REST API").member("description", "").member("version", "14.17");
    json_.close_object();
    json_.member("host", host).member("basePath", base_path);
    json_.key("schemes").open_array().string("http").close_array();
    media_types("consumes");
    media_types("produces");
    json_.key("externalDocs").open_object();
    json_.member("description", "PostgREST Documentation");
    json_.member("url", "https://postgrest.org/en/v14/references/api.html");
    json_.close_object();
    paths();
    definitions();
    parameters();
    security();
    return json_.close_object().take();
  }

 private:
  struct Table {
    int model;
    engine::ModelAccess access;
    std::vector<Column> columns;
  };

  void media_types(std::string_view key) {
    json_.key(key).open_array();
    for (const std::string_view type :
         {"application/json", "application/vnd.pgrst.object+json;nulls=stripped",
          "application/vnd.pgrst.object+json", "text/csv"})
      json_.string(type);
    json_.close_array();
  }

  void reference(std::string_view target) {
    json_.open_object().member("$ref", target).close_object();
  }

  void parameter_references(const Table& table, std::initializer_list<std::string_view> names,
                            bool filters) {
    const std::string& name = catalog_.model(table.model).db_name;
    json_.key("parameters").open_array();
    if (filters)
      for (const Column& column : table.columns)
        reference(fmt::format("#/parameters/rowFilter.{}.{}", name, column.field->db_name));
    for (const std::string_view parameter : names)
      reference(fmt::format("#/parameters/{}{}", parameter, parameter == "body." ? name : ""));
    json_.close_array();
  }

  void response(std::string_view status, std::string_view description) {
    json_.key(status).open_object().member("description", description).close_object();
  }

  void operation(std::string_view method, const Table& table) {
    const Model& model = catalog_.model(table.model);
    const Comment comment = split_comment(model.doc);
    json_.key(method).open_object();
    json_.key("tags").open_array().string(model.db_name).close_array();
    if (!comment.summary.empty()) json_.member("summary", comment.summary);
    if (!comment.description.empty()) json_.member("description", comment.description);
    if (method == "get") get_body(table);
    if (method == "post") {
      parameter_references(table, {"body.", "select", "preferPost"}, false);
      json_.key("responses").open_object();
      response("201", "Created");
      json_.close_object();
    }
    if (method == "patch" || method == "delete") {
      if (method == "patch") parameter_references(table, {"body.", "preferReturn"}, true);
      else parameter_references(table, {"preferReturn"}, true);
      json_.key("responses").open_object();
      response("204", "No Content");
      json_.close_object();
    }
    json_.close_object();
  }

  void get_body(const Table& table) {
    const std::string& name = catalog_.model(table.model).db_name;
    parameter_references(
        table, {"select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"}, true);
    json_.key("responses").open_object();
    json_.key("200").open_object().member("description", "OK");
    json_.key("schema").open_object();
    json_.key("items");
    reference("#/definitions/" + name);
    json_.member("type", "array").close_object().close_object();
    response("206", "Partial Content");
    json_.close_object();
  }

  void paths() {
    json_.key("paths").open_object();
    json_.key("/").open_object().key("get").open_object();
    json_.key("tags").open_array().string("Introspection").close_array();
    json_.member("summary", "OpenAPI description (this document)");
    json_.key("produces").open_array();
    json_.string("application/openapi+json").string("application/json").close_array();
    json_.key("responses").open_object();
    response("200", "OK");
    json_.close_object().close_object().close_object();
    for (const Table& table : tables_) {
      const bool writable = !catalog_.model(table.model).is_view;
      json_.key("/" + catalog_.model(table.model).db_name).open_object();
      if (table.access.read) operation("get", table);
      if (writable && table.access.create) operation("post", table);
      if (writable && table.access.update) operation("patch", table);
      if (writable && table.access.delete_) operation("delete", table);
      json_.close_object();
    }
    json_.close_object();
  }

  // Notes that clients read keys from.
  std::string notes(int model_index, const Column& column) const {
    std::string text = column.field->doc;
    const auto note = [&](const std::string& line) {
      text += text.empty() ? "Note:\n" : "\n\nNote:\n";
      text += line;
    };
    if (column.field->is_id) note("This is a Primary Key.<pk/>");
    for (const schema::Relation& relation : catalog_.schema()->relations) {
      if (relation.kind == schema::RelationKind::many_to_many || relation.model[0] != model_index ||
          relation.from_fields.size() != 1 || relation.from_fields[0] != column.index)
        continue;
      const Model& target = catalog_.model(relation.model[1]);
      const std::string& to = target.fields[relation.to_fields[0]].db_name;
      note(fmt::format("This is a Foreign Key to `{0}.{1}`.<fk table='{0}' column='{1}'/>",
                       target.db_name, to));
    }
    return text;
  }

  void property(int model_index, const Column& column) {
    const Field& field = *column.field;
    json_.key(field.db_name).open_object();
    const std::string text = notes(model_index, column);
    if (!text.empty()) json_.member("description", text);
    std::string format(column.type == Type::enum_
                           ? std::string_view(catalog_.schema()->enums[field.enum_index].db_name)
                           : type_display_name(column.type));
    if (field.is_list) {
      json_.member("type", "array").key("items").open_object();
      if (const auto type = json_type(column.type); !type.empty()) json_.member("type", type);
      json_.close_object();
      format += "[]";
    } else if (const auto type = json_type(column.type); !type.empty()) {
      json_.member("type", type);
    }
    json_.member("format", format);
    if (column.type == Type::enum_) {
      json_.key("enum").open_array();
      for (const schema::EnumValue& value : catalog_.schema()->enums[field.enum_index].values)
        json_.string(value.db_name);
      json_.close_array();
    }
    if (column.type == Type::varchar && !field.native.arguments.empty())
      json_.key("maxLength").raw(fmt::to_string(field.native.arguments[0]));
    literal_default(field);
    json_.close_object();
  }

  void literal_default(const Field& field) {
    const schema::Expr& value = field.default_value.value;
    if (field.default_value.kind == schema::DefaultKind::now) json_.member("default", "now()");
    if (field.default_value.kind != schema::DefaultKind::literal) return;
    switch (value.kind) {
      case schema::ExprKind::literal_boolean:
        json_.key("default").raw(value.boolean ? "true" : "false");
        return;
      case schema::ExprKind::literal_number: json_.key("default").raw(value.text); return;
      case schema::ExprKind::literal_string:
      case schema::ExprKind::enum_value: json_.member("default", value.text); return;
      default: return;
    }
  }

  void definitions() {
    json_.key("definitions").open_object();
    for (const Table& table : tables_) {
      const Model& model = catalog_.model(table.model);
      json_.key(model.db_name).open_object();
      if (!model.doc.empty()) json_.member("description", model.doc);
      json_.key("required").open_array();
      for (const Column& column : table.columns)
        if (!column.field->optional && !column.field->is_list) json_.string(column.field->db_name);
      json_.close_array();
      json_.key("properties").open_object();
      for (const Column& column : table.columns) property(table.model, column);
      json_.close_object().member("type", "object").close_object();
    }
    json_.close_object();
  }

  void simple_parameter(std::string_view name, std::string_view description, std::string_view in) {
    json_.key(name).open_object().member("name", name).member("description", description);
    json_.key("required").raw("false").member("type", "string").member("in", in).close_object();
  }

  void prefer_parameter(std::string_view name, std::initializer_list<std::string_view> values) {
    json_.key(name).open_object().member("name", "Prefer").member("description", "Preference");
    json_.key("required").raw("false").member("type", "string").key("enum").open_array();
    for (const std::string_view value : values) json_.string(value);
    json_.close_array().member("in", "header").close_object();
  }

  void parameters() {
    json_.key("parameters").open_object();
    prefer_parameter("preferPost",
                     {"return=representation", "return=minimal", "return=none",
                      "resolution=ignore-duplicates", "resolution=merge-duplicates"});
    prefer_parameter("preferReturn", {"return=representation", "return=minimal", "return=none"});
    prefer_parameter("preferCount", {"count=none"});
    simple_parameter("select", "Filtering Columns", "query");
    simple_parameter("on_conflict", "On Conflict", "query");
    simple_parameter("order", "Ordering", "query");
    simple_parameter("range", "Limiting and Pagination", "header");
    simple_parameter("rangeUnit", "Limiting and Pagination", "header");
    simple_parameter("offset", "Limiting and Pagination", "query");
    simple_parameter("limit", "Limiting and Pagination", "query");
    for (const Table& table : tables_) table_parameters(table);
    json_.close_object();
  }

  void table_parameters(const Table& table) {
    const std::string& name = catalog_.model(table.model).db_name;
    json_.key("body." + name).open_object().member("name", name).member("description", name);
    json_.key("required").raw("false").member("in", "body").key("schema");
    reference("#/definitions/" + name);
    json_.close_object();
    for (const Column& column : table.columns) {
      json_.key(fmt::format("rowFilter.{}.{}", name, column.field->db_name)).open_object();
      json_.member("name", column.field->db_name).key("required").raw("false");
      json_.member("type", "string").member("in", "query").close_object();
    }
  }

  void security() {
    json_.key("securityDefinitions").open_object().key("JWT").open_object();
    json_.member("description", "Add the token prepending \"Bearer \" (without quotes) to it");
    json_.member("in", "header").member("name", "Authorization").member("type", "apiKey");
    json_.close_object().close_object();
    json_.key("security").open_array().open_object();
    json_.key("JWT").open_array().close_array().close_object().close_array();
  }

  const Catalog& catalog_;
  std::vector<Table> tables_;
  JsonText json_;
};

}  // namespace

http::Response answer_root(const Catalog& catalog, const engine::Engine& engine,
                           const Identity& identity, const RootRequest& root) {
  http::Response response;
  response.content_type = "application/openapi+json; charset=utf-8";
  if (catalog.has_profiles()) response.set("Content-Profile", catalog.profile());
  if (root.request.method == http::Method::head) return response;
  Document document(catalog, engine, identity);
  response.body = document.render(root.request.header("host"), root.prefix);
  return response;
}

}  // namespace trivet::api::rest
