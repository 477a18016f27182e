#include "app/rules/toml_json.h"

#include <sstream>
#include <utility>

#include "value/json_writer.h"

namespace trivet::app {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// The column of a field and no model; or a relation's own name and the model behind it.
std::pair<std::string, int> renamed(std::string name, const schema::Schema& schema, int model) {
  const schema::Field* field = model < 0 ? nullptr : schema.models[model].find_field(name);
  if (field == nullptr) return {std::move(name), -1};
  if (field->kind == schema::FieldKind::relation)
    return {std::move(name), schema.relations[field->relation].model[1 - field->side]};
  return {field->db_name.empty() ? std::move(name) : field->db_name, -1};
}

template <class Date>
std::string date_text(const Date& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace

std::string toml_as_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* date = node.as_date()) return date_text(date->get());
  if (const auto* time = node.as_time()) return date_text(time->get());
  if (const auto* instant = node.as_date_time()) return date_text(instant->get());
  std::string out;
  if (const auto* number = node.as_floating_point()) append_json_double(out, number->get());
  return out;
}

std::string toml_as_json(const toml::node& node, const schema::Schema& schema, int model) {
  if (const auto* list = node.as_array()) {
    std::string out;
    for (const toml::node& element : *list)
      out += (out.empty() ? "" : ",") + toml_as_json(element, schema, model);
    return "[" + out + "]";
  }
  const auto* table = node.as_table();
  if (table == nullptr) {
    const bool plain = node.is_integer() || node.is_floating_point() || node.is_boolean();
    return plain ? toml_as_text(node) : quoted(toml_as_text(node));
  }
  std::string out;
  for (const auto& [key, value] : *table) {
    const auto [name, inner] = renamed(std::string(key.str()), schema, model);
    out += (out.empty() ? "" : ",") + quoted(name) + ":" + toml_as_json(value, schema, inner);
  }
  return "{" + out + "}";
}

std::string json_with_columns(JsonValue value, const schema::Schema& schema, int model) {
  std::string out;
  if (value.kind() == JsonKind::array) {
    for (JsonValue element : value.elements())
      out += (out.empty() ? "" : ",") + json_with_columns(element, schema, model);
    return "[" + out + "]";
  }
  if (value.kind() != JsonKind::object) return std::string(value.raw());
  for (const JsonMember& member : value.members()) {
    std::string key;
    member.key.append_to(key);
    const auto [name, inner] = renamed(std::move(key), schema, model);
    out += (out.empty() ? "" : ",") + quoted(name) + ":" +
           json_with_columns(member.value, schema, inner);
  }
  return "{" + out + "}";
}

}  // namespace trivet::app
