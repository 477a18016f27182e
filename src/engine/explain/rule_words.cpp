#include "engine/explain/rule_words.h"

#include <utility>

#include "engine/explain/words.h"
#include "engine/policy/fold.h"
#include "store/evaluate.h"

namespace trivet::engine {

using store::Expr;
using store::Op;

namespace {

Expr constant(Op op, Type type) {
  Expr expr;
  expr.op = op;
  expr.type = type;
  return expr;
}

Expr substitute(const Policy& policy, const Expr& rule, CallerKind kind) {
  if (rule.op == Op::param && rule.param <= condition_param)
    return substitute(policy, policy.conditions[condition_param - rule.param], kind);
  if (rule.op == Op::param) {
    const RuleParamKind from = policy.params[rule.param].kind;
    const bool anonymous = kind == CallerKind::anonymous;
    if (from == RuleParamKind::auth_present)
      return constant(anonymous ? Op::always_false : Op::always_true, Type::boolean);
    if (from == RuleParamKind::auth && anonymous) return constant(Op::null_value, rule.type);
  }
  Expr expr = rule;
  for (Expr& arg : expr.args) arg = substitute(policy, arg, kind);
  return expr;
}

// Whether `expr` is made of constants, of one at least.
bool is_constant(const Policy& policy, const Expr& expr, bool& found) {
  if (expr.op == Op::param) {
    found = true;
    return expr.param >= 0 && policy.params[expr.param].kind == RuleParamKind::constant;
  }
  if (expr.op == Op::column || expr.op == Op::before || expr.op == Op::exists ||
      expr.op == Op::related)
    return false;
  for (const Expr& arg : expr.args)
    if (!is_constant(policy, arg, found)) return false;
  return true;
}

// Comparisons of constants, as `currentOperation() == "read"`, become their outcome.
Expr decide(const Policy& policy, Expr expr) {
  bool found = false;
  if (expr.type == Type::boolean && is_constant(policy, expr, found) && found) {
    std::vector<Value> params;
    for (const RuleParam& param : policy.params) params.push_back(param.constant);
    Arena scratch;
    const auto value = store::evaluate({*policy.schema, params, nullptr, scratch}, expr, {});
    if (value && value->is_null()) return constant(Op::null_value, Type::boolean);
    if (value) return constant(value->as_boolean() ? Op::always_true : Op::always_false, Type::boolean);
  }
  for (Expr& arg : expr.args) arg = decide(policy, std::move(arg));
  return expr;
}

class Describer {
 public:
  explicit Describer(const Policy& policy) : policy_(policy) {}

  ModelReaches model(int index) const {
    ModelReaches made;
    made.model = index;
    const ModelPolicy& rules = policy_.models[index];
    for (size_t operation = 0; operation < rules.rules.size(); ++operation)
      if (rules.rules[operation])
        made.operations[operation] = reaches(index, *rules.rules[operation]);
    const schema::Model& model = policy_.schema->models[index];
    for (size_t field = 0; field < rules.fields.size(); ++field)
      if (!model.fields[field].rules.empty())
        made.fields.push_back({static_cast<int>(field), reaches(index, rules.fields[field].read),
                               reaches(index, rules.fields[field].update)});
    return made;
  }

 private:
  Reaches reaches(int model, const Expr& rule) const {
    return {reach(model, rule, CallerKind::anonymous), reach(model, rule, CallerKind::signed_in)};
  }

  Reach reach(int model, const Expr& rule, CallerKind kind) const {
    const Expr folded = rule_for(policy_, rule, kind);
    if (folded.op == Op::always_true) return {Extent::all, {}};
    if (folded.op == Op::always_false) return {};
    const ParamWords params = [this](const Expr& param) {
      return rule_param_in_words(policy_, param);
    };
    return {Extent::some, in_words(*policy_.schema, model, folded, params)};
  }

  const Policy& policy_;
};

}  // namespace

Expr rule_for(const Policy& policy, const Expr& rule, CallerKind kind) {
  return fold_filter(decide(policy, substitute(policy, rule, kind)));
}

std::string rule_param_in_words(const Policy& policy, const Expr& param) {
  const RuleParam& known = policy.params[param.param];
  switch (known.kind) {
    case RuleParamKind::now:
      return "now";
    case RuleParamKind::auth_present:
      return "the caller is signed in";
    case RuleParamKind::auth: {
      std::string path;
      for (const std::string& name : known.path) path += (path.empty() ? "" : ".") + name;
      return "the caller's " + path;
    }
    case RuleParamKind::constant:
      break;
  }
  return value_in_words(*policy.schema, known.constant, param);
}

std::vector<ModelReaches> describe_rules(const Policy& policy) {
  const Describer describer(policy);
  std::vector<ModelReaches> made;
  for (size_t model = 0; model < policy.models.size(); ++model)
    made.push_back(describer.model(static_cast<int>(model)));
  return made;
}

}  // namespace trivet::engine
