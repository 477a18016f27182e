#include "make_spec.h"

#include <array>

namespace trivet::rules {
namespace {

using What = Rule::What;

Rule of(What what) {
  Rule rule;
  rule.what = what;
  return rule;
}

}  // namespace

Spec SpecMaker::make() {
  spec_ = {};
  static constexpr std::array names = {"User", "Abc", "Bcd", "Cde"};
  const size_t count = 2 + below(3);
  for (size_t i = 0; i < count; ++i) {
    spec_.models.push_back({names[i], {}, {}, {}});
    add_fields(spec_.models.back());
  }
  for (size_t i = 1; i < count; ++i) {
    const int model = static_cast<int>(i);
    add_relation(model, chance(60) ? 0 : static_cast<int>(below(i)), chance(30), chance(15));
    if (chance(60)) add_relation(model, static_cast<int>(below(i)), false, false);
    if (chance(30)) add_relation(model, model, false, chance(20));
  }
  if (chance(50)) {
    const int a = static_cast<int>(below(count - 1));
    add_many_to_many(a, a + 1);
  }
  for (size_t i = 0; i < count; ++i) {
    add_rules(static_cast<int>(i));
    add_field_rules(static_cast<int>(i));
  }
  return spec_;
}

void SpecMaker::add_fields(ModelSpec& model) {
  model.fields = {{"id", Kind::number, false}, {"n", Kind::number, true},
                  {"m", Kind::number, false},  {"s", Kind::text, true},
                  {"t", Kind::text, false},    {"f", Kind::flag, true},
                  {"g", Kind::flag, false}};
}

void SpecMaker::add_relation(int from, int to, bool required, bool unique) {
  const int index = static_cast<int>(spec_.relations.size());
  const std::string number = std::to_string(index);
  ModelSpec& holder = spec_.models[from];
  const int key = static_cast<int>(holder.fields.size());
  holder.fields.push_back({"r" + number + "Id", Kind::number, !required, index});
  spec_.relations.push_back({from, to, key, required, unique});
  holder.ends.push_back({"r" + number, index, 0, to, false, !required});
  spec_.models[to].ends.push_back({"back" + number, index, 1, from, !unique, true});
}

// End A is the model whose name comes first; the names here are in no such order.
void SpecMaker::add_many_to_many(int a, int b) {
  if (spec_.models[a].name > spec_.models[b].name) std::swap(a, b);
  const int index = static_cast<int>(spec_.relations.size());
  spec_.relations.push_back({a, b, -1, false, false});
  spec_.models[a].ends.push_back({"many" + std::to_string(index), index, 0, b, true, true});
  spec_.models[b].ends.push_back({"many" + std::to_string(index), index, 1, a, true, true});
}

RuleUse SpecMaker::use(bool allow, Frame frame, std::set<Operation> operations) {
  frame.scopes = {frame.model};
  return {allow, std::move(operations), condition(frame)};
}

void SpecMaker::add_rules(int model) {
  static constexpr std::array all = {Operation::create, Operation::read, Operation::update,
                                     Operation::delete_};
  Frame frame;
  frame.model = model;
  for (const Operation operation : all) {
    if (chance(6)) continue;  // closed
    frame.creating = operation == Operation::create;
    RuleUse made = use(true, frame, {operation});
    if (chance(25)) made.condition = of(What::literal);
    spec_.models[model].rules.push_back(std::move(made));
  }
  for (uint64_t i = below(3); i > 0; --i) {
    std::set<Operation> operations;
    for (const Operation operation : all)
      if (chance(40)) operations.insert(operation);
    if (operations.empty()) operations.insert(Operation::read);
    frame.creating = operations.contains(Operation::create);
    spec_.models[model].rules.push_back(use(chance(55), frame, operations));
  }
  if (chance(40)) {
    frame.creating = false;
    frame.before = true;
    spec_.models[model].rules.push_back(use(chance(40), frame, {Operation::post_update}));
  }
}

void SpecMaker::add_field_rules(int model) {
  Frame frame;
  frame.model = model;
  for (size_t i = 1; i < spec_.models[model].fields.size(); ++i) {
    FieldSpec& field = spec_.models[model].fields[i];
    if (!field.optional || chance(75)) continue;
    std::set<Operation> operations = {chance(60) ? Operation::read : Operation::update};
    if (chance(20)) operations = {Operation::read, Operation::update};
    field.rules.push_back(use(chance(60), frame, operations));
  }
}

Caller SpecMaker::caller(const Spec& spec) {
  Caller made;
  const uint64_t who = below(10);
  made.service = who == 0;
  if (who < 3) return made;
  made.claims.emplace();
  if (chance(90)) (*made.claims)[0] = static_cast<int64_t>(1 + below(6));
  for (int field = 1; field < 7; ++field)
    if (chance(50)) (*made.claims)[field] = cell(spec.models[0].fields[field]);
  return made;
}

Cell SpecMaker::cell(const FieldSpec& field) {
  static constexpr std::array texts = {"a", "b", "A", "ab", "ba", ""};
  if (field.optional && chance(25)) return {};
  if (field.kind == Kind::flag) return chance(50);
  if (field.kind == Kind::number) return static_cast<int64_t>(below(6));
  return std::string(texts[below(texts.size())]);
}

}  // namespace trivet::rules
