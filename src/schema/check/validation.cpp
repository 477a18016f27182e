#include <algorithm>

#include "schema/check/expression.h"
#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

bool is_validator(AttributeId id) { return id >= AttributeId::length && id <= AttributeId::lte; }

void check_pattern(Context& c, const AttributeUse& use) {
  std::string pattern;
  const auto* node = use.argument("regex");
  if (!read_string(node, pattern) || compiles_as_regex(pattern)) return;
  c.error(DiagnosticKind::arg, node->where, "the pattern is not a regular expression",
          "RE2 syntax, without look-around and back references");
}

void check_bounds(Context& c, const AttributeUse& use) {
  int64_t min = 0, max = INT64_MAX;
  const bool has_min = read_integer(use.argument("min"), min), has_max = read_integer(use.argument("max"), max);
  if (!has_min && !has_max) c.error(DiagnosticKind::arg, use.node->where, "`@length` needs a minimum or a maximum");
  else if (min < 0 || max < min) c.error(DiagnosticKind::range, use.node->where, "no length is within these bounds");
}

void check_number(Context& c, const AttributeUse& use) {
  int64_t number = 0;
  if (use.id() == AttributeId::uuid && read_integer(use.argument("version"), number) && number != 4 && number != 7) {
    c.error(DiagnosticKind::arg, use.argument("version")->where, "the version of a UUID is 4 or 7 here");
  }
  if (use.id() == AttributeId::time && read_integer(use.argument("precision"), number) && (number < 0 || number > 9)) {
    c.error(DiagnosticKind::arg, use.argument("precision")->where, "the precision is 0 to 9 digits");
  }
}

void field_check(Context& c, const AttributeUse& use, Field& field) {
  if (field.computed) {
    c.error(DiagnosticKind::place, use.node->where, "a computed field is not written, so it can't be validated");
  }
  if (use.id() == AttributeId::regex) check_pattern(c, use);
  if (use.id() == AttributeId::length) check_bounds(c, use);
  check_number(c, use);
  FieldCheck check;
  check.name = std::string(use.node->name.text);
  for (size_t i = 0; i < use.info->parameters.size(); ++i) {
    const auto* node = use.arguments[i];
    if (use.info->parameters[i].name == "message") {
      read_string(node, check.message);
      continue;
    }
    check.arguments.push_back(
        node ? literal_expression(*node)
             : Expr{.kind = ExprKind::literal_null, .where = {}, .text = {}, .operands = {}});
  }
  field.checks.push_back(std::move(check));
}

void model_check(Context& c, const Shape& shape, const AttributeUse& use, std::vector<ModelCheck>& out) {
  const auto* node = use.argument("value");
  if (!node) return;
  ModelCheck check;
  read_string(use.argument("message"), check.message);
  if (const auto* path = use.argument("path")) {
    for (const auto& element : path->arguments) {
      std::string part;
      if (!read_string(&element.value, part)) c.error(DiagnosticKind::arg, element.value.where, "the path is a list of strings");
      check.path.push_back(part);
    }
  }
  const ExpressionScope scope{ExpressionContext::validation};
  if (check_condition(c, shape, *node, scope, check.condition)) out.push_back(std::move(check));
}

}  // namespace

void check_validation(Context& c) {
  for (auto* shapes : {&c.types, &c.models}) {
    for (auto& shape : *shapes) {
      for (size_t i = 0; i < shape.fields.size(); ++i) {
        for (const auto& use : shape.fields[i].attributes) {
          if (is_validator(use.id())) field_check(c, use, c.field(shape, static_cast<int>(i)));
        }
      }
      auto& checks = shape.kind == ShapeKind::type ? c.schema.types[static_cast<size_t>(shape.index)].checks
                                                   : c.schema.models[static_cast<size_t>(shape.index)].checks;
      for (const auto& use : shape.attributes) {
        if (use.id() == AttributeId::block_validate) model_check(c, shape, use, checks);
      }
    }
  }
}

}  // namespace trivet::schema
