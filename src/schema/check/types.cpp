#include <algorithm>

#include "schema/check/passes.h"

namespace trivet::schema {
namespace {

using tree::DeclarationKind;

std::vector<std::string_view> type_candidates(const Context& c) {
  std::vector<std::string_view> names = {"String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes"};
  for (const auto& [name, symbol] : c.symbols) names.push_back(name);
  std::sort(names.begin() + 9, names.end());
  return names;
}

void report_unknown(Context& c, const tree::Name& name, uint32_t file) {
  std::string hint;
  if (const auto hidden = c.symbols.find(name.text); hidden != c.symbols.end()) {
    hint = "it is declared in " + c.files[hidden->second.file].path + ": import that file";
  } else {
    hint = did_you_mean(name.text, type_candidates(c));
  }
  (void)file;
  c.error(DiagnosticKind::unknown, name.where, "there is no type " + quoted(name.text), std::move(hint));
}

void resolve_named(Context& c, FieldSource& source, Field& field, const Symbol& symbol) {
  switch (symbol.node->kind) {
    case DeclarationKind::enum_:
      field.type = ScalarType::enum_;
      field.enum_index = symbol.index;
      break;
    case DeclarationKind::type:
      field.type = ScalarType::composite;
      field.type_index = symbol.index;
      c.types[static_cast<size_t>(symbol.index)].used_as_type = true;
      break;
    case DeclarationKind::model:
    case DeclarationKind::view:
      field.kind = FieldKind::relation;
      field.type = ScalarType::unsupported;
      source.target = symbol.index;
      break;
    default:
      c.error(DiagnosticKind::unknown, source.node->type.name.where, quoted(symbol.node->name.text) + " is not a type");
      source.unresolved = true;
  }
}

void resolve(Context& c, FieldSource& source, Field& field) {
  const auto& type = source.node->type;
  field.is_list = type.list;
  field.optional = type.optional;
  source.unresolved = type.broken;
  if (const auto scalar = find_scalar(type.name.text)) {
    field.type = *scalar;
  } else if (type.name.text == "Unsupported" && type.unsupported.data() != nullptr) {
    field.type = ScalarType::unsupported;
    field.unsupported_type = decode_string(type.unsupported);
  } else if (const auto* symbol = c.lookup(type.name.text, source.file)) {
    resolve_named(c, source, field, *symbol);
  } else {
    source.unresolved = true;
    if (!source.from_mixin && !source.from_base) report_unknown(c, type.name, source.file);
  }
}

void check_provider(Context& c, const FieldSource& source, const Field& field) {
  if (field.kind == FieldKind::relation || source.unresolved || source.from_mixin) return;
  const auto where = source.node->type.where;
  const auto title = std::string(c.provider().title);
  // A list of a typed JSON is one Json column (4.9).
  if (field.is_list && field.type != ScalarType::composite && !c.provider().scalar_lists) {
    c.error(DiagnosticKind::provider, where, title + " has no lists of scalars",
            "use a relation to a model of its own, or a Json field");
  }
  if (field.type == ScalarType::decimal && c.is(Provider::mongodb)) {
    c.error(DiagnosticKind::provider, where, title + " has no Decimal", "use Float, or a String");
  }
  if (field.type == ScalarType::json && c.is(Provider::sqlserver)) {
    c.error(DiagnosticKind::provider, where, title + " has no Json", "use a String");
  }
}

}  // namespace

void resolve_types(Context& c) {
  for (auto* shapes : {&c.types, &c.models}) {
    for (auto& shape : *shapes) {
      for (size_t i = 0; i < shape.fields.size(); ++i) {
        auto& field = c.field(shape, static_cast<int>(i));
        resolve(c, shape.fields[i], field);
        if (shape.kind != ShapeKind::type) check_provider(c, shape.fields[i], field);
      }
    }
  }
}

}  // namespace trivet::schema
