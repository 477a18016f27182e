// Rule conditions → predicate trees. Reports what can't be enforced, by name and place. Internal to
// engine/policy.
//
// A chain over to-one relations becomes Op::related, a collection predicate Op::exists; both see
// rows as they are, without the rules of their models (dialects/schema.md, 11.2). A condition is
// compiled once for each operation that it is for, as check() and currentOperation() mean another
// thing in each.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/policy/policy.h"

namespace trivet::engine {

class RuleCompiler {
 public:
  // All outlive the compiler; parameters and constants are added to `policy`.
  RuleCompiler(const schema::Schema& schema, Policy& policy,
               std::vector<schema::Diagnostic>& diagnostics)
      : schema_(schema), policy_(policy), diagnostics_(diagnostics) {}

  // A condition of `model` for `operation`; always_false after a diagnostic.
  [[nodiscard]] store::Expr compile(int model, const schema::Expr& condition,
                                    schema::Operation operation);
  // All rules of a model for one operation; absent if none allows it.
  [[nodiscard]] std::optional<store::Expr> model_rule(int model, schema::Operation operation);
  // All rules of a field; always_true without any. `operation`: read or update.
  [[nodiscard]] store::Expr field_rule(int model, int field, schema::Operation operation);
  // The condition of a @@validate: true for what isn't refused.
  [[nodiscard]] store::Expr validation(int model, const schema::Expr& condition);
  // `auth().path` as a value of `type`; -1 if `expr` isn't that.
  [[nodiscard]] int auth_param(const schema::Expr& expr, const TypeInfo& type);
  // A literal or list literal as a value of `type` in the policy's arena.
  [[nodiscard]] Value literal(const schema::Expr& expr, const TypeInfo& type);
  [[nodiscard]] Value text_literal(const schema::Expr& expr, const TypeInfo& type);

 private:
  // A row at hand while compiling: the rule's own, a collection's element, or one that a chain
  // passes through. The last is depth 0.
  struct Scope {
    int model = -1;
    bool element = false;  // bare names are its fields
    std::string binding;
  };
  // A row that an expression names: one of the scopes, then to-one relations.
  struct Place {
    size_t scope = 0;
    std::vector<store::Link> hops;
    int model = -1;
  };
  struct Access {  // a stored field of a row
    Place row;
    int field = -1;
  };

  // compile.cpp
  store::Expr condition(const schema::Expr& expr);
  store::Expr junction(const schema::Expr& expr);
  store::Expr equality(const schema::Expr& expr);
  store::Expr null_test(const schema::Expr& operand, bool negated);
  store::Expr identity_test(const schema::Expr& row, bool negated);
  store::Expr ordering(const schema::Expr& expr);
  store::Expr membership(const schema::Expr& expr);

  // compile_path.cpp
  size_t element_scope() const;
  int find_binding(const std::string& name) const;
  std::optional<Place> parent_of(const schema::Expr& expr) const;
  std::optional<Place> place_of(const schema::Expr& expr) const;
  std::optional<Access> access_of(const schema::Expr& expr) const;
  const schema::Field* field_of(const schema::Expr& expr) const;
  store::Expr column(Access access);
  store::Expr collection(const schema::Expr& expr);
  store::Expr elements(const schema::Expr& expr, const schema::Field& list, const Place& owner);
  std::optional<std::vector<store::Link>> auth_hops(const schema::Expr& expr) const;
  store::Expr auth_collection(const schema::Expr& expr);
  std::vector<store::Expr> is_callers_row(uint8_t depth);
  store::Expr relation_null_test(const schema::Expr& operand, Place row, bool negated);
  store::Expr reaches(Place row);
  // What `make` makes of the row at `place`: its argument is how many levels out that row is.
  template <class Make>
  store::Expr at(const Place& place, Make make);

  // compile_call.cpp
  store::Expr call(const schema::Expr& expr);
  store::Expr text_call(const schema::Expr& expr);
  store::Expr list_call(const schema::Expr& expr);
  store::Expr check_call(const schema::Expr& expr);
  store::Expr current_name(const schema::Expr& expr);
  store::Expr pattern_call(const schema::Expr& expr);
  store::Expr length_call(const schema::Expr& expr);

  // compile_value.cpp
  store::Expr value(const schema::Expr& expr, const TypeInfo& wanted);
  store::Expr array(const schema::Expr& expr, const TypeInfo& element);
  store::Expr before_column(const schema::Expr& expr);
  store::Expr refuse(const schema::Expr& expr, std::string what);
  store::Expr param(RuleParam param);
  store::Expr constant_param(const schema::Expr& expr, const TypeInfo& type);
  store::Expr guarded(store::Expr expr, const store::Expr& list);

  std::optional<TypeInfo> declared_type(const schema::Expr& expr) const;
  TypeInfo operand_type(const schema::Expr& left, const schema::Expr& right) const;

  const schema::Schema& schema_;
  Policy& policy_;
  std::vector<schema::Diagnostic>& diagnostics_;
  int model_ = -1;
  schema::Operation operation_ = schema::Operation::read;
  std::vector<Scope> scopes_;
  size_t nodes_ = 0;  // of the rule that is being compiled, check() included
  std::map<std::pair<const schema::Expr*, std::pair<Type, bool>>, int> constants_;  // params
};

[[nodiscard]] bool is_auth_member(const schema::Expr& expr);
[[nodiscard]] bool is_literal(const schema::Expr& expr);
[[nodiscard]] store::Expr truth(store::Op op);  // always_true, always_false, null_value

template <class Make>
store::Expr RuleCompiler::at(const Place& place, Make make) {
  const auto start = static_cast<uint8_t>(scopes_.size() - 1 - place.scope);
  for (const store::Link& hop : place.hops)
    scopes_.push_back({schema_.relations[hop.relation].model[1 - hop.side], false, {}});
  store::Expr made = make(place.hops.empty() ? start : uint8_t{0});
  scopes_.resize(scopes_.size() - place.hops.size());
  for (size_t i = place.hops.size(); i > 0; --i) {
    store::Expr related = store::make_unary(store::Op::related, std::move(made));
    related.type = related.args[0].type;
    related.enum_index = related.args[0].enum_index;
    related.is_list = related.args[0].is_list;
    related.link = place.hops[i - 1];
    related.depth = i == 1 ? start : uint8_t{0};
    made = std::move(related);
  }
  return made;
}

}  // namespace trivet::engine
