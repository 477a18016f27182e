#include "engine/policy/policy.h"

#include <algorithm>
#include <utility>

#include "engine/policy/compile.h"
#include "engine/policy/fold.h"

namespace trivet::engine {
namespace {

using store::Expr;
using store::Op;

class PolicyCompiler {
 public:
  PolicyCompiler(Policy& policy, std::vector<schema::Diagnostic>& diagnostics)
      : schema_(*policy.schema), policy_(policy), rules_(schema_, policy, diagnostics), diagnostics_(diagnostics) {}

  void run() {
    for (size_t model = 0; model < schema_.models.size(); ++model) {
      compile_model(static_cast<int>(model));
      compile_fields(static_cast<int>(model));
      compile_defaults(static_cast<int>(model));
      compile_validation(static_cast<int>(model));
    }
  }

 private:
  void compile_model(int index) {
    for (size_t operation = 0; operation < 5; ++operation) {
      auto rule = rules_.model_rule(index, static_cast<schema::Operation>(operation));
      if (rule) policy_.models[index].rules[operation] = caller_parts(std::move(*rule));
    }
  }

  void compile_fields(int index) {
    const schema::Model& model = schema_.models[index];
    const bool any =
        std::ranges::any_of(model.fields, [](const auto& field) { return !field.rules.empty(); });
    if (!any) return;
    for (size_t i = 0; i < model.fields.size(); ++i) {
      const auto rule = [&](schema::Operation operation) {
        return caller_parts(rules_.field_rule(index, static_cast<int>(i), operation));
      };
      policy_.models[index].fields.push_back(
          {rule(schema::Operation::read), rule(schema::Operation::update)});
    }
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

  void compile_validation(int index) {
    const schema::Model& model = schema_.models[index];
    ModelPolicy& policy = policy_.models[index];
    for (const schema::ModelCheck& check : model.checks) {
      RowCheck made;
      made.condition = rules_.validation(index, check.condition);
      made.message = check.message.empty() ? "The row fails @@validate of " + model.name + "."
                                           : check.message;
      for (const std::string& column : check.path)
        made.columns += (made.columns.empty() ? "" : ", ") + column;
      policy.row_checks.push_back(std::move(made));
    }
    const bool any =
        std::ranges::any_of(model.fields, [](const auto& field) { return !field.checks.empty(); });
    if (!any) return;
    for (const schema::Field& field : model.fields)
      policy.checks.push_back(compile_checks(field, policy_.arena, diagnostics_));
  }

  struct Uses {
    bool row = false;  // a row, or now(): not constant for a class of callers
    bool param = false;
  };

  Uses uses(const Expr& expr) const {
    Uses found;
    if (expr.op == Op::column || expr.op == Op::before || expr.op == Op::exists ||
        expr.op == Op::related)
      found.row = true;
    if (expr.op == Op::param && expr.param >= 0) {
      found.row = policy_.params[expr.param].kind == RuleParamKind::now;
      found.param = true;
    }
    for (const Expr& arg : expr.args) {
      const Uses inner = uses(arg);
      found.row = found.row || inner.row;
      found.param = found.param || inner.param;
    }
    return found;
  }

  // Replaces the largest parts that depend on the caller alone by numbered conditions, inside
  // collections and chains too.
  Expr caller_parts(Expr expr) {
    const Uses found = uses(expr);
    if (found.param && !found.row) return condition(std::move(expr));
    for (Expr& arg : expr.args)
      if (arg.type == Type::boolean && !arg.is_list) arg = caller_parts(std::move(arg));
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
  std::vector<schema::Diagnostic>& diagnostics_;
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
