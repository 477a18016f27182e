#include "api/openapi/paths.h"

#include <initializer_list>

#include "api/openapi/columns.h"
#include "api/openapi/components.h"

namespace trivet::api::openapi {

std::string escape_path(std::string_view name) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '-' || c == '.' || c == '~';
    if (plain) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return result;
}

namespace {

class TablePath {
 public:
  TablePath(JsonBuilder& json, const PathContext& context)
      : json_(json),
        context_(context),
        model_(context.schema.models[static_cast<size_t>(context.model)]),
        component_("table." + component_name(model_.db_name)) {}

  void write() {
    using enum schema::Operation;
    json_.key(context_.options.rest_prefix + "/" + escape_path(model_.db_name)).open_object();
    if (may(read)) write_get();
    if (!model_.is_view) {
      if (may(create)) write_post();
      if (may(update)) write_patch();
      if (may(delete_)) write_delete();
    }
    json_.close();
  }

 private:
  [[nodiscard]] bool may(schema::Operation operation) const {
    return context_.access.may(context_.model, operation);
  }

  void open_operation(std::string_view method, std::string_view id, std::string_view summary) {
    json_.key(method).open_object();
    json_.key("tags").open_array().value(model_.db_name).close();
    json_.member("operationId", std::string(id) + "_" + component_name(model_.db_name));
    json_.member("summary", summary);
  }

  void write_filters() {
    for (const int index : model_.columns) {
      const schema::Field& field = model_.fields[static_cast<size_t>(index)];
      if (!is_exposed(field) || !context_.access.may_read(context_.model, index)) continue;
      write_reference(json_, "parameters",
                      "filter." + component_name(model_.db_name) + "." + component_name(field.db_name));
    }
  }

  void write_shared_parameters(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) write_reference(json_, "parameters", name);
  }

  // Which tables can be embedded, in the words of this model.
  [[nodiscard]] std::string select_description() const {
    std::string embeds;
    for (const schema::Field& field : model_.fields) {
      if (field.kind != schema::FieldKind::relation || field.ignored || field.relation < 0) continue;
      const schema::Relation& relation = context_.schema.relations[static_cast<size_t>(field.relation)];
      const int other = relation.model[1 - field.side];
      if (!context_.access.may(other, schema::Operation::read)) continue;
      embeds += embeds.empty() ? "" : ", ";
      embeds += "`" + field.name + "(*)`";
    }
    std::string text = "Columns: `a,alias:b,c::text,d->>key`; absent, all.";
    if (!embeds.empty()) text += " Related rows: " + embeds + ".";
    return text;
  }

  void write_select() {
    json_.open_object().member("name", "select").member("in", "query");
    json_.member("description", select_description());
    json_.key("schema").raw(R"({"type":"string"})").member("example", "*").close();
  }

  void write_rows_response(std::string_view status, std::string_view text) {
    json_.key(status).open_object().member("description", text);
    json_.key("headers").raw(
        R"({"Content-Range":{"description":"`first-last/total` of the rows, `*` where unknown","schema":{"type":"string"}}})");
    json_.key("content").open_object();
    json_.key("application/json").open_object().key("schema");
    json_.open_object().member("type", "array").key("items");
    write_reference(json_, "schemas", component_);
    json_.close().close();
    json_.key("application/vnd.pgrst.object+json").open_object().key("schema");
    write_reference(json_, "schemas", component_);
    json_.close();
    json_.key("text/csv").raw(R"({"schema":{"type":"string"}})");
    json_.close().close();
  }

  void close_responses() {
    json_.key("4XX");
    write_reference(json_, "responses", "error");
    json_.close();  // responses
    json_.close();  // operation
  }

  void write_body(std::string_view suffix) {
    const std::string name = component_ + std::string(suffix);
    const bool many = suffix == ".insert";
    json_.key("requestBody").open_object().member("required", true);
    json_.key("content").open_object().key("application/json").open_object().key("schema");
    if (many) json_.open_object().key("oneOf").open_array();
    write_reference(json_, "schemas", name);
    if (many) {
      json_.open_object().member("type", "array").key("items");
      write_reference(json_, "schemas", name);
      json_.close().close().close();
    }
    json_.close().close().close();
  }

  void write_get() {
    open_operation("get", "list", "Read rows of " + model_.db_name);
    json_.key("parameters").open_array();
    write_select();
    write_filters();
    write_shared_parameters({"order", "limit", "offset", "and", "or", "range", "preferRead"});
    json_.close().key("responses").open_object();
    write_rows_response("200", "The rows.");
    write_rows_response("206", "Some of the rows, when a count was asked for.");
    close_responses();
  }

  void write_post() {
    open_operation("post", "insert", "Insert or upsert rows of " + model_.db_name);
    json_.key("parameters").open_array();
    write_select();
    write_shared_parameters({"columns", "on_conflict", "preferWrite"});
    json_.close();
    write_body(".insert");
    json_.key("responses").open_object();
    write_rows_response("200", "Upserted, nothing was new; the rows with `Prefer: return=representation`.");
    write_rows_response("201", "Inserted; the rows with `Prefer: return=representation`.");
    close_responses();
  }

  void write_patch() {
    open_operation("patch", "update", "Update the rows of " + model_.db_name + " that match the filters");
    json_.key("parameters").open_array();
    write_select();
    write_filters();
    write_shared_parameters({"and", "or", "columns", "preferWrite"});
    json_.close();
    write_body(".update");
    write_changed_responses("The updated rows, with `Prefer: return=representation`.");
  }

  void write_delete() {
    open_operation("delete", "delete", "Delete the rows of " + model_.db_name + " that match the filters");
    json_.key("parameters").open_array();
    write_select();
    write_filters();
    write_shared_parameters({"and", "or", "preferWrite"});
    json_.close();
    write_changed_responses("The deleted rows, with `Prefer: return=representation`.");
  }

  void write_changed_responses(std::string_view with_rows) {
    json_.key("responses").open_object();
    write_rows_response("200", with_rows);
    json_.key("204");
    write_reference(json_, "responses", "done");
    close_responses();
  }

  JsonBuilder& json_;
  const PathContext& context_;
  const schema::Model& model_;
  const std::string component_;
};

}  // namespace

void write_path(JsonBuilder& json, const PathContext& context) { TablePath(json, context).write(); }

}  // namespace trivet::api::openapi
