#include <algorithm>
#include <cctype>

#include "world.h"

namespace trivet::rules {
namespace {

using What = Rule::What;

Tri tri(bool value) { return value ? Tri::yes : Tri::no; }

Tri negate(Tri value) {
  if (value == Tri::unknown) return value;
  return tri(value == Tri::no);
}

Tri compare(const std::string& op, const Cell& left, const Cell& right) {
  if (is_null(left) || is_null(right)) return Tri::unknown;
  if (op == "==") return tri(left == right);
  if (op == "!=") return tri(left != right);
  if (op == "<") return tri(left < right);
  if (op == "<=") return tri(left <= right);
  if (op == ">") return tri(left > right);
  return tri(left >= right);
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

Tri match(const std::string& function, bool ignore_case, const Cell& subject, const Cell& search) {
  if (is_null(subject) || is_null(search)) return Tri::unknown;
  std::string whole = std::get<std::string>(subject);
  std::string part = std::get<std::string>(search);
  if (ignore_case) {
    whole = lower(whole);
    part = lower(part);
  }
  if (function == "contains") return tri(whole.find(part) != std::string::npos);
  return tri(function == "startsWith" ? whole.starts_with(part) : whole.ends_with(part));
}

}  // namespace

bool Interpreter::open(int model, Operation operation) const {
  if (caller_.service || operation == Operation::post_update) return true;
  return std::ranges::any_of(spec_.models[model].rules, [&](const RuleUse& use) {
    return use.allow && use.operations.contains(operation);
  });
}

bool Interpreter::allowed(int model, Operation operation, const Row& row, const Row* before) const {
  if (caller_.service) return true;
  const At at{model, operation, before, {{model, &row}}};
  return combine(spec_.models[model].rules, at, operation == Operation::post_update) == Tri::yes;
}

bool Interpreter::field_allowed(int model, int field, Operation operation, const Row& row) const {
  if (caller_.service) return true;
  const At at{model, operation, nullptr, {{model, &row}}};
  return combine(spec_.models[model].fields[field].rules, at, true) == Tri::yes;
}

Cell Interpreter::seen(int model, int field, const Row& row) const {
  return field_allowed(model, field, Operation::read, row) ? row[field] : Cell();
}

Tri Interpreter::combine(const std::vector<RuleUse>& rules, const At& at, bool otherwise) const {
  bool any_allow = false;
  bool allow = false;
  bool deny = false;
  for (const RuleUse& use : rules) {
    if (!use.operations.contains(at.operation)) continue;
    const bool holds = evaluate(use.condition, at) == Tri::yes;
    any_allow = any_allow || use.allow;
    (use.allow ? allow : deny) |= holds;
  }
  return tri((any_allow ? allow : otherwise) && !deny);
}

std::vector<const Row*> Interpreter::linked(int model, int end_index, const Row& row) const {
  const End& end = spec_.models[model].ends[end_index];
  const RelationSpec& relation = spec_.relations[end.relation];
  std::vector<const Row*> found;
  for (const auto& [id, other] : world_.tables[end.target]) {
    bool match = false;
    if (relation.key < 0)
      match = world_.pairs[end.relation].contains(end.side == 0 ? std::pair{id_of(row), id}
                                                                : std::pair{id, id_of(row)});
    else if (end.side == 0)
      match = row[relation.key] == other[0];
    else
      match = other[relation.key] == row[0];
    if (match) found.push_back(&other);
  }
  return found;
}

std::vector<const Row*> Interpreter::seen_linked(int model, int end_index, const Row& row) const {
  const End& end = spec_.models[model].ends[end_index];
  const RelationSpec& relation = spec_.relations[end.relation];
  std::vector<const Row*> found;
  const bool keyed = relation.key >= 0;
  if (keyed && end.side == 0 && !field_allowed(model, relation.key, Operation::read, row))
    return found;
  for (const Row* other : linked(model, end_index, row)) {
    if (!allowed(end.target, Operation::read, *other)) continue;
    if (keyed && end.side == 1 &&
        !field_allowed(end.target, relation.key, Operation::read, *other))
      continue;
    found.push_back(other);
  }
  return found;
}

const Row* Interpreter::follow(const Path& path, const At& at, size_t hops, int& model) const {
  const Row* row = nullptr;
  model = 0;
  if (path.scope == of_auth) {
    const Cell id = caller_.claims && caller_.claims->contains(0) ? caller_.claims->at(0) : Cell();
    if (const auto* number = std::get_if<int64_t>(&id); number != nullptr)
      if (const auto own = world_.tables[0].find(*number); own != world_.tables[0].end())
        row = &own->second;
  } else {
    row = at.scopes[path.scope].second;
    model = at.scopes[path.scope].first;
  }
  for (size_t i = 0; i < hops; ++i) {
    const int target = spec_.models[model].ends[path.ends[i]].target;
    if (row != nullptr) {
      const auto rows = linked(model, path.ends[i], *row);
      row = rows.empty() ? nullptr : rows.front();
    }
    model = target;
  }
  return row;
}

Cell Interpreter::value(const Operand& operand, const At& at) const {
  switch (operand.from) {
    case Operand::From::literal:
      return operand.literal;
    case Operand::From::auth: {
      if (!caller_.claims) return {};
      const auto found = caller_.claims->find(operand.field);
      return found == caller_.claims->end() ? Cell() : found->second;
    }
    case Operand::From::before:
      return (*at.before)[operand.path.field];
    default:
      break;
  }
  int model = 0;
  const Row* row = follow(operand.path, at, operand.path.ends.size(), model);
  return row == nullptr ? Cell() : (*row)[operand.path.field];
}

Tri Interpreter::evaluate(const Rule& rule, const At& at) const {
  switch (rule.what) {
    case What::literal:
      return tri(rule.truth);
    case What::and_:
    case What::or_: {
      const Tri absorbing = rule.what == What::and_ ? Tri::no : Tri::yes;
      Tri result = negate(absorbing);
      for (const Rule& arg : rule.args) {
        const Tri one = evaluate(arg, at);
        if (one == absorbing) return absorbing;
        if (one == Tri::unknown) result = one;
      }
      return result;
    }
    case What::not_:
      return negate(evaluate(rule.args[0], at));
    case What::compare:
      return compare(rule.op, value(rule.left, at), value(rule.right, at));
    case What::null_test:
      return tri(is_null(value(rule.left, at)) == rule.truth);
    case What::relation_null: {
      int model = 0;
      const Row* row = follow(rule.left.path, at, rule.left.path.ends.size(), model);
      return tri((row == nullptr) == rule.truth);
    }
    case What::relation_auth:
      return relation_auth(rule, at);
    case What::auth_null:
      return tri(!caller_.claims.has_value() == rule.truth);
    case What::flag:
      return compare("==", value(rule.left, at), true);
    case What::in: {
      const Cell left = value(rule.left, at);
      if (is_null(left)) return rule.list.empty() ? Tri::no : Tri::unknown;
      return tri(std::ranges::find(rule.list, left) != rule.list.end());
    }
    case What::text:
      return match(rule.op, rule.truth, value(rule.left, at), value(rule.right, at));
    case What::check:
      return check(rule, at);
    case What::operation:
      return tri(rule.operation == at.operation);
    default:
      return collection(rule, at);
  }
}

// `rel == auth()`: the id of the row at the end is auth()'s; unknown without either.
Tri Interpreter::relation_auth(const Rule& rule, const At& at) const {
  int model = 0;
  const Row* row = follow(rule.left.path, at, rule.left.path.ends.size(), model);
  Operand id;
  id.from = Operand::From::auth;
  id.field = 0;
  const Tri same = compare("==", row == nullptr ? Cell() : (*row)[0], value(id, at));
  return rule.truth ? same : negate(same);
}

Tri Interpreter::collection(const Rule& rule, const At& at) const {
  int model = 0;
  const Path& path = rule.left.path;
  const Row* row = follow(path, at, path.ends.size() - 1, model);
  if (row == nullptr) return Tri::unknown;
  bool any_true = false;
  bool all_true = true;
  const int target = spec_.models[model].ends[path.ends.back()].target;
  for (const Row* element : linked(model, path.ends.back(), *row)) {
    At inner = at;
    inner.scopes.emplace_back(target, element);
    const bool holds = evaluate(rule.args[0], inner) == Tri::yes;
    any_true = any_true || holds;
    all_true = all_true && holds;
  }
  if (rule.what == What::some) return tri(any_true);
  return tri(rule.what == What::every ? all_true : !any_true);
}

Tri Interpreter::check(const Rule& rule, const At& at) const {
  int model = 0;
  const Row* row = follow(rule.left.path, at, rule.left.path.ends.size(), model);
  if (row == nullptr) return Tri::unknown;
  Operation operation = rule.operation.value_or(at.operation);
  if (operation == Operation::post_update) operation = Operation::update;
  return tri(allowed(model, operation, *row));
}

}  // namespace trivet::rules
