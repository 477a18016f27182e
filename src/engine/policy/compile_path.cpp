// Names in rules: rows, chains of to-one relations, collections.
#include <algorithm>
#include <utility>

#include "engine/policy/compile.h"

namespace trivet::engine {

using schema::ExprKind;
using schema::RelationKind;
using store::Expr;
using store::Op;

namespace {

constexpr size_t hops_max = 16;  // of a chain

}  // namespace

size_t RuleCompiler::element_scope() const {
  size_t at = scopes_.size() - 1;
  while (!scopes_[at].element) --at;
  return at;
}

// Inner bindings hide outer ones.
int RuleCompiler::find_binding(const std::string& name) const {
  for (size_t at = scopes_.size(); at > 0; --at)
    if (scopes_[at - 1].binding == name) return static_cast<int>(at - 1);
  return -1;
}

const schema::Field* RuleCompiler::field_of(const schema::Expr& expr) const {
  const bool named = expr.kind == ExprKind::field || expr.kind == ExprKind::member;
  if (!named || expr.in_type || expr.field < 0) return nullptr;
  return &schema_.models[expr.model].fields[expr.field];
}

// The row whose field `expr` is.
std::optional<RuleCompiler::Place> RuleCompiler::parent_of(const schema::Expr& expr) const {
  if (expr.kind == ExprKind::member) return place_of(expr.operands[0]);
  if (expr.kind != ExprKind::field) return std::nullopt;
  const size_t element = element_scope();
  return Place{element, {}, scopes_[element].model};
}

// The row that `expr` names: this, a binding, or a to-one relation of a row.
std::optional<RuleCompiler::Place> RuleCompiler::place_of(const schema::Expr& expr) const {
  if (expr.kind == ExprKind::this_row) return Place{0, {}, scopes_[0].model};
  if (expr.kind == ExprKind::binding) {
    const int at = find_binding(expr.text);
    if (at < 0) return std::nullopt;
    return Place{static_cast<size_t>(at), {}, scopes_[at].model};
  }
  const schema::Field* field = field_of(expr);
  if (field == nullptr || field->kind != schema::FieldKind::relation || field->is_list)
    return std::nullopt;
  std::optional<Place> row = parent_of(expr);
  if (!row || row->hops.size() == hops_max) return std::nullopt;
  row->hops.push_back({field->relation, static_cast<uint8_t>(field->side), -1, 0});
  row->model = schema_.relations[field->relation].model[1 - field->side];
  return row;
}

std::optional<RuleCompiler::Access> RuleCompiler::access_of(const schema::Expr& expr) const {
  const schema::Field* field = field_of(expr);
  if (field == nullptr || field->kind == schema::FieldKind::relation || field->column < 0)
    return std::nullopt;
  std::optional<Place> row = parent_of(expr);
  if (!row) return std::nullopt;
  return Access{std::move(*row), expr.field};
}

Expr RuleCompiler::column(Access access) {
  // `rel.id` is the foreign key's own column.
  if (!access.row.hops.empty() && access.row.hops.back().side == 0) {
    const schema::Relation& relation = schema_.relations[access.row.hops.back().relation];
    const auto key = std::ranges::find(relation.to_fields, access.field);
    if (key != relation.to_fields.end()) {
      access.field = relation.from_fields[key - relation.to_fields.begin()];
      access.row.model = relation.model[0];
      access.row.hops.pop_back();
    }
  }
  const TypeInfo type = type_info(schema_.models[access.row.model].fields[access.field]);
  return at(access.row, [&](uint8_t depth) {
    Expr made = store::make_column(access.field, type.type);
    made.enum_index = type.enum_index;
    made.is_list = type.is_list;
    made.depth = depth;
    return made;
  });
}

// `xs?[p]`: an element has p true. `xs![p]`: none has it false or unknown. `xs^[p]`: none has it
// true.
Expr RuleCompiler::collection(const schema::Expr& expr) {
  const schema::Expr& list = expr.operands[0];
  if (is_auth_member(list)) return auth_collection(expr);
  const schema::Field* field = field_of(list);
  const std::optional<Place> owner = parent_of(list);
  if (field == nullptr || field->kind != schema::FieldKind::relation || !owner)
    return refuse(list, "a collection predicate over this list");
  return elements(expr, *field, *owner);
}

Expr RuleCompiler::elements(const schema::Expr& expr, const schema::Field& list,
                            const Place& owner) {
  const schema::Field* field = &list;
  return at(owner, [&](uint8_t depth) {
    const int target = schema_.relations[field->relation].model[1 - field->side];
    scopes_.push_back({target, true, expr.text});
    Expr inner = condition(expr.operands[1]);
    scopes_.pop_back();
    if (expr.kind == ExprKind::every)
      inner = store::make_unary(Op::not_, store::make_unary(Op::is_true, std::move(inner)));
    Expr exists = store::make_unary(Op::exists, std::move(inner));
    exists.link = {field->relation, static_cast<uint8_t>(field->side), -1, 0};
    exists.depth = depth;
    if (expr.kind == ExprKind::some) return exists;
    return store::make_unary(Op::not_, std::move(exists));
  });
}

// To-one relations of auth(), from its row; nothing for other expressions.
std::optional<std::vector<store::Link>> RuleCompiler::auth_hops(const schema::Expr& expr) const {
  if (expr.kind == ExprKind::auth) return std::vector<store::Link>();
  const schema::Field* field = field_of(expr);
  if (expr.kind != ExprKind::member || field == nullptr || field->is_list ||
      field->kind != schema::FieldKind::relation)
    return std::nullopt;
  auto hops = auth_hops(expr.operands[0]);
  if (hops && hops->size() < hops_max)
    hops->push_back({field->relation, static_cast<uint8_t>(field->side), -1, 0});
  return hops;
}

// The id of the row at `depth` is auth()'s.
std::vector<Expr> RuleCompiler::is_callers_row(uint8_t depth) {
  const schema::Model& model = schema_.models[schema_.auth_model];
  std::vector<Expr> args;
  for (const schema::KeyColumn& key : model.primary_key->columns) {
    const schema::Field& field = model.fields[key.field];
    const TypeInfo type = type_info(field);
    Expr own = store::make_column(key.field, type.type);
    own.enum_index = type.enum_index;
    own.depth = depth;
    args.push_back(store::make_binary(Op::eq, std::move(own),
                                      param({RuleParamKind::auth, type, {}, {field.name}, false})));
  }
  return args;
}

// What belongs to the caller's own row, or to one that to-one relations lead to from there: it is looked up by its id.
// Unknown where it isn't there.
Expr RuleCompiler::auth_collection(const schema::Expr& expr) {
  const schema::Expr& list = expr.operands[0];
  const schema::Field* field = field_of(list);
  const auto hops = auth_hops(list.operands[0]);
  const bool known = schema_.auth_model >= 0 && schema_.models[schema_.auth_model].primary_key;
  if (!known || !hops || field == nullptr || field->kind != schema::FieldKind::relation)
    return refuse(list, "a collection predicate over a list of auth() that is no relation");
  const auto callers_row = [&](std::vector<Expr> also) {
    Expr exists = store::make_unary(Op::exists, store::make_and(std::move(also)));
    exists.link.every = schema_.auth_model;
    return exists;
  };
  std::vector<Expr> found = is_callers_row(0);
  scopes_.push_back({schema_.auth_model, false, {}});
  // An `exists` is never unknown: whether there is a row that could have a list is asked apart.
  if (!hops->empty()) found.push_back(reaches({scopes_.size() - 1, *hops, schema_.auth_model}));
  const int owner = schema_.relations[field->relation].model[field->side];
  Expr inner = elements(expr, *field, {scopes_.size() - 1, *hops, owner});
  scopes_.pop_back();
  std::vector<Expr> conditions = is_callers_row(0);
  conditions.push_back(std::move(inner));
  Expr outcome = store::make_binary(Op::case_when, callers_row(std::move(found)),
                                    callers_row(std::move(conditions)));
  outcome.type = Type::boolean;
  return outcome;
}

// A to-one relation is null where any column of its foreign key is, or no row refers to this one;
// so is one behind a row that isn't there.
Expr RuleCompiler::relation_null_test(const schema::Expr& operand, Place row, bool negated) {
  if (row.hops.empty()) return truth(negated ? Op::always_true : Op::always_false);
  const store::Link last = row.hops.back();
  const schema::Relation& relation = schema_.relations[last.relation];
  row.hops.pop_back();
  row.model = relation.model[last.side];
  if (last.side == 0) {
    std::vector<Expr> args;
    for (int field : relation.from_fields)
      args.push_back(
          store::make_unary(negated ? Op::is_not_null : Op::is_null, column({row, field})));
    return negated ? store::make_and(std::move(args)) : store::make_or(std::move(args));
  }
  if (relation.kind != RelationKind::one_to_one) return refuse(operand, "this null test");
  row.hops.push_back(last);
  Expr there = reaches(std::move(row));
  return negated ? std::move(there) : store::make_unary(Op::not_, std::move(there));
}

// Whether there is a row at the end of at least one hop; never unknown.
Expr RuleCompiler::reaches(Place row) {
  const store::Link last = row.hops.back();
  row.hops.pop_back();
  row.model = schema_.relations[last.relation].model[last.side];
  return store::make_unary(Op::is_true, at(row, [&](uint8_t depth) {
    Expr exists = store::make_unary(Op::exists, truth(Op::always_true));
    exists.link = last;
    exists.depth = depth;
    return exists;
  }));
}

}  // namespace trivet::engine
