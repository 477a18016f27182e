#include "schema/check/context.h"

#include <algorithm>

namespace trivet::schema {
namespace {

constexpr std::array<std::string_view, 9> scalar_names = {"String", "Boolean", "Int", "BigInt", "Float",
                                                          "Decimal", "DateTime", "Json", "Bytes"};

template <class List>
const AttributeUse* find_use(const List& attributes, AttributeId id) {
  for (const auto& use : attributes) {
    if (use.info->id == id) return &use;
  }
  return nullptr;
}

}  // namespace

const tree::Node* AttributeUse::argument(std::string_view name) const {
  for (size_t i = 0; i < info->parameters.size(); ++i) {
    if (info->parameters[i].name == name) return arguments[i];
  }
  return nullptr;
}

const AttributeUse* FieldSource::find(AttributeId id) const { return find_use(attributes, id); }
const AttributeUse* Shape::find(AttributeId id) const { return find_use(attributes, id); }

int Shape::find_field(std::string_view name) const {
  const auto found = by_name.find(name);
  return found == by_name.end() ? -1 : found->second;
}

const Symbol* Context::lookup(std::string_view name, uint32_t file) const {
  const auto found = symbols.find(name);
  if (found == symbols.end()) return nullptr;
  const auto& symbol = found->second;
  if (symbol.file == file || prisma(file) || imports[file].contains(symbol.file)) return &symbol;
  return nullptr;
}

std::vector<Field>& Context::fields_of(const Shape& shape) {
  return shape.kind == ShapeKind::type ? schema.types[static_cast<size_t>(shape.index)].fields
                                       : schema.models[static_cast<size_t>(shape.index)].fields;
}

Field& Context::field(const Shape& shape, int index) { return fields_of(shape)[static_cast<size_t>(index)]; }

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string_view scalar_name(ScalarType type) {
  const auto index = static_cast<size_t>(type);
  if (index < scalar_names.size()) return scalar_names[index];
  return type == ScalarType::enum_ ? "enum" : type == ScalarType::composite ? "type" : "Unsupported";
}

std::optional<ScalarType> find_scalar(std::string_view name) {
  for (size_t i = 0; i < scalar_names.size(); ++i) {
    if (scalar_names[i] == name) return static_cast<ScalarType>(i);
  }
  return std::nullopt;
}

std::vector<std::string_view> field_names(const Shape& shape) {
  std::vector<std::string_view> names;
  names.reserve(shape.fields.size());
  for (const auto& field : shape.fields) names.push_back(field.node->name.text);
  return names;
}

}  // namespace trivet::schema
