#include "engine/policy/policy.h"

#include <algorithm>
#include <utility>

#include "engine/policy/compile.h"
#include "engine/policy/fold.h"

namespace trivet::engine {
namespace {

using store::Expr;
using store::Op;

Expr constant(Op op) {
  Expr expr;
  expr.op = op;
  expr.type = Type::boolean;
  return expr;
}

// (a1 or a2 …) and not coalesce(d1, false) …
Expr combine(std::vector<Expr> allows, std::vector<Expr> denies) {
  std::vector<Expr> args;
  args.push_back(store::make_or(std::move(allows)));
  for (Expr& deny : denies)
    args.push_back(store::make_unary(Op::not_, store::make_unary(Op::is_true, std::move(deny))));
  return fold(store::make_and(std::move(args)));
}

class PolicyCompiler {
 public:
  PolicyCompiler(Policy& policy, std::vector<schema::Diagnostic>& diagnostics)
      : schema_(*policy.schema), policy_(policy), rules_(schema_, policy, diagnostics) {}

  void run() {
    for (size_t model = 0; model < schema_.models.size(); ++model) {
      compile_model(static_cast<int>(model));
      compile_fields(static_cast<int>(model));
      compile_defaults(static_cast<int>(model));
    }
  }

 private:
  void compile_model(int index) {
    const schema::Model& model = schema_.models[index];
    ModelPolicy& policy = policy_.models[index];
    std::array<std::vector<Expr>, 5> allows;
    std::array<std::vector<Expr>, 5> denies;
    for (const schema::ModelRule& rule : model.rules) {
      Expr condition = caller_parts(rules_.compile(index, rule.condition));
      for (size_t operation = 0; operation < 5; ++operation) {
        if ((rule.operations >> operation & 1) == 0) continue;
        const bool allow = rule.effect == schema::ModelRule::Effect::allow;
        (allow ? allows : denies)[operation].push_back(condition);
      }
    }
    const size_t post_update = static_cast<size_t>(schema::Operation::post_update);
    if (allows[post_update].empty()) allows[post_update].push_back(constant(Op::always_true));
    for (size_t operation = 0; operation < 5; ++operation)
      if (!allows[operation].empty())
        policy.rules[operation] =
            combine(std::move(allows[operation]), std::move(denies[operation]));
  }

  void compile_fields(int index) {
    const schema::Model& model = schema_.models[index];
    const bool any =
        std::ranges::any_of(model.fields, [](const auto& field) { return !field.rules.empty(); });
    if (!any) return;
    for (const schema::Field& field : model.fields)
      policy_.models[index].fields.push_back(
          {field_rule(index, field, true), field_rule(index, field, false)});
  }

  Expr field_rule(int index, const schema::Field& field, bool on_read) {
    std::vector<Expr> allows;
    std::vector<Expr> denies;
    for (const schema::FieldRule& rule : field.rules) {
      if (!(on_read ? rule.on_read : rule.on_update)) continue;
      const bool allow = rule.effect == schema::FieldRule::Effect::allow;
      (allow ? allows : denies).push_back(caller_parts(rules_.compile(index, rule.condition)));
    }
    if (allows.empty()) allows.push_back(constant(Op::always_true));
    return combine(std::move(allows), std::move(denies));
  }

  void compile_defaults(int index) {
    const schema::Model& model = schema_.models[index];
    ModelPolicy& policy = policy_.models[index];
    policy.defaults.resize(model.fields.size());
    policy.default_params.assign(model.fields.size(), -1);
    for (size_t i = 0; i < model.fields.size(); ++i) {
      const schema::Field& field = model.fields[i];
      const schema::DefaultKind kind = field.default_value.kind;
      if (kind == schema::DefaultKind::literal || kind == schema::DefaultKind::list)
        policy.defaults[i] = rules_.literal(field.default_value.value, type_info(field));
      if (kind == schema::DefaultKind::auth)
        policy.default_params[i] = rules_.auth_param(field.default_value.value, type_info(field));
    }
  }

  struct Uses {
    bool row = false;  // a column, or now(): not constant for a class of callers
    bool auth = false;
  };

  Uses uses(const Expr& expr) const {
    Uses found;
    if (expr.op == Op::column) found.row = true;
    if (expr.op == Op::param && expr.param >= 0) {
      const RuleParamKind kind = policy_.params[expr.param].kind;
      found.row = kind == RuleParamKind::now;
      found.auth = kind == RuleParamKind::auth || kind == RuleParamKind::auth_present;
    }
    for (const Expr& arg : expr.args) {
      const Uses inner = uses(arg);
      found.row = found.row || inner.row;
      found.auth = found.auth || inner.auth;
    }
    return found;
  }

  // Replaces the largest parts that depend on the caller alone by numbered conditions.
  Expr caller_parts(Expr expr) {
    const Uses found = uses(expr);
    if (found.auth && !found.row) return condition(std::move(expr));
    if (expr.op == Op::and_ || expr.op == Op::or_ || expr.op == Op::not_)
      for (Expr& arg : expr.args) arg = caller_parts(std::move(arg));
    return expr;
  }

  Expr condition(Expr expr) {
    auto known = std::ranges::find(policy_.conditions, expr);
    const int index = static_cast<int>(known - policy_.conditions.begin());
    if (known == policy_.conditions.end()) policy_.conditions.push_back(std::move(expr));
    return store::make_param(condition_param - index, Type::boolean);
  }

  const schema::Schema& schema_;
  Policy& policy_;
  RuleCompiler rules_;
};

}  // namespace

CompiledPolicy compile_policy(std::shared_ptr<const schema::Schema> schema) {
  auto policy = std::make_shared<Policy>();
  policy->schema = std::move(schema);
  policy->models.resize(policy->schema->models.size());
  CompiledPolicy compiled;
  PolicyCompiler(*policy, compiled.diagnostics).run();
  compiled.policy = std::move(policy);
  return compiled;
}

}  // namespace trivet::engine
