#include <algorithm>

#include "schema/check/expression.h"
#include "schema/check/passes.h"
#include "schema/check/policy.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

constexpr uint8_t bit(Operation operation) { return static_cast<uint8_t>(1U << static_cast<unsigned>(operation)); }
constexpr uint8_t all_operations = bit(Operation::create) | bit(Operation::read) | bit(Operation::update) | bit(Operation::delete_);

constexpr std::pair<std::string_view, uint8_t> operations[] = {
    {"create", bit(Operation::create)}, {"read", bit(Operation::read)}, {"update", bit(Operation::update)},
    {"delete", bit(Operation::delete_)}, {"post-update", bit(Operation::post_update)}, {"all", all_operations}};

std::string_view trim(std::string_view s) {
  const auto first = s.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t\r\n") - first + 1);
}

// 'read, update' → bits; 0 after reporting.
uint8_t read_operations(Context& c, const tree::Node& node, bool field) {
  std::string list;
  if (!read_string(&node, list)) return 0;
  uint8_t bits = 0;
  std::string_view rest = list;
  while (true) {
    const auto comma = rest.find(',');
    const auto word = trim(rest.substr(0, comma));
    const auto* found = std::find_if(std::begin(operations), std::end(operations), [&](const auto& o) { return o.first == word; });
    const bool allowed = found != std::end(operations) && (!field || word == "read" || word == "update" || word == "all");
    if (!allowed) {
      c.error(DiagnosticKind::policy, node.where, quoted(word) + " is not an operation" + (field ? " of a field" : ""),
              field ? "read, update or all" : "create, read, update, delete, post-update or all, separated by commas");
      return 0;
    }
    bits |= found->second;
    if (comma == std::string_view::npos) return bits;
    rest = rest.substr(comma + 1);
  }
}

// A create rule sees the new row and what its own foreign keys lead to: nothing refers to it yet.
void refuse_foreign_relations(Context& c, const Shape& shape, const Expr& e, bool own) {
  const bool direct = (e.kind == ExprKind::field && own) ||
                      (e.kind == ExprKind::member && e.operands[0].kind == ExprKind::this_row);
  if (direct && !e.in_type && shape.kind != ShapeKind::type && e.model == shape.index && e.field >= 0) {
    const auto& field = c.field(shape, e.field);
    const auto* relation = field.relation >= 0 ? &c.schema.relations[static_cast<size_t>(field.relation)] : nullptr;
    if (relation && (field.side != 0 || relation->kind == RelationKind::many_to_many)) {
      c.error(DiagnosticKind::policy, e.where, "a create rule can't use " + quoted(field.name) + ": no row refers to a new one yet",
              "write separate rules for read, update and delete");
    }
  }
  const bool predicate = e.kind == ExprKind::some || e.kind == ExprKind::every || e.kind == ExprKind::none;
  for (size_t i = 0; i < e.operands.size(); ++i) refuse_foreign_relations(c, shape, e.operands[i], own && !(predicate && i == 1));
}

// Which changes of rows are told to those who watch the model.
void set_realtime(Context& c, const Shape& shape, const AttributeUse& use) {
  constexpr uint8_t changes = bit(Operation::create) | bit(Operation::update) | bit(Operation::delete_);
  auto& model = c.schema.models[static_cast<size_t>(shape.index)];
  model.realtime = changes;
  const auto* list = use.argument("operations");
  if (!list) return;
  const uint8_t bits = read_operations(c, *list, false);
  if (bits == 0 || (bits & ~changes) == 0) {
    model.realtime = bits;
    return;
  }
  c.error(DiagnosticKind::policy, list->where, "only create, update and delete change a row", "separate them by commas");
}

void model_rule(Context& c, const Shape& shape, const AttributeUse& use) {
  const auto* operation = use.argument("operation");
  const auto* condition = use.argument("condition");
  if (!operation || !condition) return;
  ModelRule rule;
  rule.effect = use.id() == AttributeId::block_allow ? ModelRule::Effect::allow : ModelRule::Effect::deny;
  rule.operations = read_operations(c, *operation, false);
  rule.where = use.node->where;
  ExpressionScope scope;
  scope.before_allowed = rule.operations == bit(Operation::post_update);
  // A mixin's rule is reported once, where it is written, though each model types it anew.
  if (!check_condition(c, shape, *condition, scope, rule.condition) || rule.operations == 0) return;
  if ((rule.operations & bit(Operation::create)) != 0) refuse_foreign_relations(c, shape, rule.condition, true);
  if (shape.kind != ShapeKind::type) c.schema.models[static_cast<size_t>(shape.index)].rules.push_back(std::move(rule));
}

void field_rule(Context& c, const Shape& shape, int index, const AttributeUse& use) {
  auto& field = c.field(shape, index);
  if (field.kind == FieldKind::relation || field.computed) {
    c.error(DiagnosticKind::policy, use.node->where,
            "rules stand on fields that are stored, not on " + quoted(field.name), "write a rule for the model, or for its foreign key");
    return;
  }
  const auto* operation = use.argument("operation");
  const auto* condition = use.argument("condition");
  if (!operation || !condition) return;
  const auto bits = read_operations(c, *operation, true);
  FieldRule rule;
  rule.effect = use.id() == AttributeId::allow ? FieldRule::Effect::allow : FieldRule::Effect::deny;
  rule.on_read = (bits & bit(Operation::read)) != 0;
  rule.on_update = (bits & bit(Operation::update)) != 0;
  ExpressionScope scope;
  scope.on_field = true;
  if (!check_condition(c, shape, *condition, scope, rule.condition) || bits == 0) return;
  field.rules.push_back(std::move(rule));
}

bool mixin_only(const Shape& shape) { return shape.kind == ShapeKind::type && !shape.used_as_type && !shape.find(AttributeId::block_auth); }

void check_shape(Context& c, Shape& shape) {
  if (mixin_only(shape)) return;  // typed in each model that takes it
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    for (const auto& use : shape.fields[i].attributes) {
      if (use.id() == AttributeId::allow || use.id() == AttributeId::deny) field_rule(c, shape, static_cast<int>(i), use);
    }
  }
  for (const auto& use : shape.attributes) {
    if (use.id() == AttributeId::block_allow || use.id() == AttributeId::block_deny) model_rule(c, shape, use);
    if (use.id() == AttributeId::block_realtime && shape.kind != ShapeKind::type) set_realtime(c, shape, use);
  }
}

void set_auth(Context& c, const Shape& shape) {
  if (shape.kind == ShapeKind::type) {
    c.schema.auth_type = shape.index;
    c.schema.types[static_cast<size_t>(shape.index)].is_auth = true;
  } else {
    c.schema.auth_model = shape.index;
    c.schema.models[static_cast<size_t>(shape.index)].is_auth = true;
  }
}

}  // namespace

void check_auth(Context& c) {
  bool found = false;
  for (auto* shapes : {&c.types, &c.models}) {
    for (const auto& shape : *shapes) {
      const auto* use = shape.find(AttributeId::block_auth);
      if (!use) continue;
      if (found) c.error(DiagnosticKind::duplicate, use->node->where, "there are two types of auth()", "keep one @@auth");
      else set_auth(c, shape);
      found = true;
    }
  }
  if (found) return;
  const auto user = c.symbols.find("User");
  if (user == c.symbols.end() || user->second.index < 0 || user->second.node->kind == tree::DeclarationKind::enum_) return;
  const bool type = user->second.node->kind == tree::DeclarationKind::type;
  set_auth(c, (type ? c.types : c.models)[static_cast<size_t>(user->second.index)]);
}

void check_policies(Context& c) {
  for (auto& shape : c.types) check_shape(c, shape);
  for (auto& shape : c.models) check_shape(c, shape);
  check_rule_cycles(c);
}

}  // namespace trivet::schema
