#include <unordered_map>

#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

// The field that tells which sub-model a row is; -1 after reporting.
int discriminator(Context& c, const Shape& base, const AttributeUse& use) {
  const auto* node = use.argument("discriminator");
  if (!node || node->kind != tree::NodeKind::name) return -1;
  const int index = base.find_field(node->text);
  if (index < 0) {
    c.error(DiagnosticKind::unknown, node->where, "there is no field " + quoted(node->text),
            did_you_mean(node->text, field_names(base)));
    return -1;
  }
  const auto& field = c.field(base, index);
  if (field.kind == FieldKind::scalar && !field.is_list &&
      (field.type == ScalarType::string || field.type == ScalarType::enum_))
    return index;
  c.error(DiagnosticKind::type, node->where, "the discriminator is a String or enum field");
  return -1;
}

// Stored value of the discriminator for a sub-model; empty after reporting.
std::string delegate_value(Context& c, const Shape& shape, const Field& field) {
  const auto* use = shape.find(AttributeId::block_delegate_map);
  const bool is_enum = field.type == ScalarType::enum_;
  std::string value(shape.name());
  SourceRange where = shape.node->name.where;
  if (use) {
    const auto* node = use->argument("value");
    if (!node) return {};
    where = node->where;
    if (is_enum && node->kind == tree::NodeKind::name) value = std::string(node->text);
    else if (is_enum || !read_string(node, value)) {
      c.error(DiagnosticKind::type, where,
              is_enum ? "the discriminator is an enum: write one of its values"
                      : "the discriminator is a String");
      return {};
    }
  }
  if (!is_enum || c.enums[static_cast<size_t>(field.enum_index)].by_name.contains(value)) return value;
  c.error(DiagnosticKind::type, where,
          quoted(value) + " is not a value of the discriminator's enum",
          "name one with @@delegateMap(VALUE)");
  return {};
}

using Siblings = std::unordered_map<std::string, const Shape*>;

void check_sub_model(Context& c, const Shape& shape, std::unordered_map<int, Siblings>& seen) {
  const auto& base = c.models[static_cast<size_t>(shape.base)];
  const auto* delegate = base.find(AttributeId::block_delegate);
  if (!delegate) {
    c.error(DiagnosticKind::place, shape.node->base.where, "the model " + quoted(base.name()) + " can't be extended",
            "add @@delegate(type) to it, or use a `type` and `with`");
    return;
  }
  const int index = discriminator(c, base, *delegate);
  if (index < 0) return;
  auto value = delegate_value(c, shape, c.field(base, index));
  if (value.empty() || seen[shape.base].try_emplace(value, &shape).second) return;
  const auto* use = shape.find(AttributeId::block_delegate_map);
  c.error(DiagnosticKind::duplicate, use ? use->node->where : shape.node->name.where,
          "another model that extends " + quoted(base.name()) + " has the value " + quoted(value));
}

}  // namespace

void check_delegates(Context& c) {
  std::unordered_map<int, Siblings> seen;
  for (const auto& shape : c.models) {
    if (shape.base >= 0) check_sub_model(c, shape, seen);
    const auto* map = shape.find(AttributeId::block_delegate_map);
    if (map && shape.base < 0 && shape.node->base.text.empty()) {
      c.error(DiagnosticKind::place, map->node->where, "`@@delegateMap` is for models that extend another");
    }
    if (const auto* use = shape.find(AttributeId::block_delegate)) {
      (void)discriminator(c, shape, *use);
      c.error(DiagnosticKind::place, use->node->where, "`@@delegate` is not supported yet",
              "use a `type` with the shared fields, and `with`");
    }
  }
}

}  // namespace trivet::schema
