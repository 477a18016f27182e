// One rule condition → predicate tree. Reports what can't be enforced yet, by name and place.
// Internal to engine/policy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/policy/policy.h"

namespace trivet::engine {

class RuleCompiler {
 public:
  // All outlive the compiler; parameters and constants are added to `policy`.
  RuleCompiler(const schema::Schema& schema, Policy& policy,
               std::vector<schema::Diagnostic>& diagnostics)
      : schema_(schema), policy_(policy), diagnostics_(diagnostics) {}

  // A condition of `model`; always_false after a diagnostic.
  [[nodiscard]] store::Expr compile(int model, const schema::Expr& condition);
  // `auth().path` as a value of `type`; -1 if `expr` isn't that.
  [[nodiscard]] int auth_param(const schema::Expr& expr, const TypeInfo& type);
  // A literal or list literal as a value of `type` in the policy's arena.
  [[nodiscard]] Value literal(const schema::Expr& expr, const TypeInfo& type);
  [[nodiscard]] Value text_literal(const schema::Expr& expr, const TypeInfo& type);

 private:
  store::Expr condition(const schema::Expr& expr);
  store::Expr junction(const schema::Expr& expr);
  store::Expr equality(const schema::Expr& expr);
  store::Expr null_test(const schema::Expr& operand, bool negated);
  store::Expr identity_test(const schema::Expr& row, bool negated);
  store::Expr ordering(const schema::Expr& expr);
  store::Expr membership(const schema::Expr& expr);
  store::Expr call(const schema::Expr& expr);
  store::Expr text_call(const schema::Expr& expr);
  store::Expr list_call(const schema::Expr& expr);

  store::Expr value(const schema::Expr& expr, const TypeInfo& wanted);
  store::Expr array(const schema::Expr& expr, const TypeInfo& element);
  store::Expr column(int field);
  store::Expr refuse(const schema::Expr& expr, std::string what);
  store::Expr param(RuleParam param);
  store::Expr guarded(store::Expr expr, const store::Expr& list);

  std::optional<TypeInfo> declared_type(const schema::Expr& expr) const;
  TypeInfo operand_type(const schema::Expr& left, const schema::Expr& right) const;
  int own_column(const schema::Expr& expr) const;
  const schema::Relation* own_relation(const schema::Expr& expr) const;

  const schema::Schema& schema_;
  Policy& policy_;
  std::vector<schema::Diagnostic>& diagnostics_;
  int model_ = -1;
};

}  // namespace trivet::engine
