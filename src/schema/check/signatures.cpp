#include <algorithm>

#include "schema/check/passes.h"

namespace trivet::schema {
namespace {

using tree::Declaration;
using tree::DeclarationKind;

bool is_expression_type(std::string_view name) {
  static constexpr std::string_view names[] = {"Null", "Object", "Any", "Void", "Undefined", "Unsupported"};
  return find_scalar(name) || std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_parameter_type(std::string_view name) {
  static constexpr std::string_view names[] = {"FieldReference", "TransitiveFieldReference", "ContextType"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void check_type(Context& c, const tree::TypeReference& type, uint32_t file, bool in_attribute) {
  const auto name = type.name.text;
  if (is_expression_type(name) || (in_attribute && is_parameter_type(name)) || c.lookup(name, file)) return;
  std::vector<std::string_view> names = {"String", "Boolean", "Int",      "BigInt",
                                         "Float",  "Decimal", "DateTime", "Json",
                                         "Bytes",  "Any",     "Void"};
  c.error(DiagnosticKind::unknown, type.name.where, "there is no type " + quoted(name), did_you_mean(name, names));
}

void check_parameters(Context& c, const Declaration& d, uint32_t file) {
  std::unordered_set<std::string_view> seen;
  for (const auto& parameter : d.parameters) {
    check_type(c, parameter.type, file, d.kind == DeclarationKind::attribute);
    if (!seen.insert(parameter.name.text).second) {
      c.error(DiagnosticKind::duplicate, parameter.name.where, "there are two parameters " + quoted(parameter.name.text));
    }
  }
}

void check_procedure(Context& c, const Declaration& d, uint32_t file) {
  const auto name = d.name.text;
  if (name == "__proto__" || name == "prototype" || name == "constructor") {
    c.error(DiagnosticKind::place, d.name.where, quoted(name) + " is a reserved name");
  }
  check_type(c, d.result, file, false);
  for (const auto& attribute : d.attributes) {
    c.error(DiagnosticKind::place, attribute.where,
            "`@@@" + std::string(attribute.name.text) + "` is reserved for a later version",
            "remove it");
  }
  c.warn(d.name.where, "procedures are not served yet");
}

ParameterType parameter_type(const tree::TypeReference& type) {
  if (type.list) return ParameterType::any;
  if (type.name.text == "String") return ParameterType::string;
  if (type.name.text == "Int") return ParameterType::integer;
  if (type.name.text == "Boolean") return ParameterType::boolean;
  if (type.name.text == "Float" || type.name.text == "Decimal") return ParameterType::number;
  return ParameterType::any;
}

void declare_attribute(Context& c, const Declaration& d) {
  if (find_attribute(d.level, d.name.text) || (d.level == 1 && d.name.text.starts_with("db."))) {
    c.error(DiagnosticKind::duplicate, d.name.where, "there is already an attribute " + quoted(d.name.text));
    return;
  }
  if (d.parameters.size() > parameters_max) {
    c.error(DiagnosticKind::range, d.name.where, "an attribute has at most " + std::to_string(parameters_max) + " parameters");
    return;
  }
  auto& parameters = c.declared_parameters.emplace_back();
  for (const auto& p : d.parameters) {
    parameters.push_back({p.name.text, parameter_type(p.type), p.positional, !p.type.optional});
  }
  bool once = false;
  for (const auto& meta : d.attributes) once = once || meta.name.text == "once";
  const AttributeInfo info{AttributeId::declared, d.level, d.name.text, parameters, ~0U, once, true};
  if (!c.declared_attributes.try_emplace(std::string(d.level, '@') + std::string(d.name.text), info).second) {
    c.error(DiagnosticKind::duplicate, d.name.where, "the attribute " + quoted(d.name.text) + " is declared twice");
  }
}

}  // namespace

void check_signatures(Context& c) {
  for (uint32_t file = 0; file < c.trees.size(); ++file) {
    for (const auto& d : c.trees[file].declarations) {
      if (d.kind == DeclarationKind::attribute) declare_attribute(c, d);
      if (d.kind == DeclarationKind::procedure) check_procedure(c, d, file);
      if (d.kind == DeclarationKind::function) check_type(c, d.result, file, false);
      if (d.kind == DeclarationKind::function || d.kind == DeclarationKind::procedure || d.kind == DeclarationKind::attribute) {
        check_parameters(c, d, file);
      }
    }
  }
}

}  // namespace trivet::schema
