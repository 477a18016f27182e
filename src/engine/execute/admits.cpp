// Engine::admits: the rules and filters of a read, for a row that is at hand.
#include <algorithm>

#include "engine/engine.h"
#include "engine/execute/append_params.h"
#include "engine/execute/state.h"
#include "store/evaluate.h"

namespace trivet::engine {
namespace {

// Whether it can be computed from these cells alone.
bool is_about(const store::Expr& expr, const schema::Model& model, std::span<const Value> cells) {
  if (expr.op == store::Op::exists || expr.op == store::Op::related || expr.op == store::Op::row_function)
    return false;
  if (expr.op == store::Op::column) {
    const int column = model.fields[static_cast<size_t>(expr.field)].column;
    return cells[static_cast<size_t>(column)].kind() != ValueKind::absent;
  }
  return std::ranges::all_of(
      expr.args, [&](const store::Expr& inner) { return is_about(inner, model, cells); });
}

}  // namespace

result<std::optional<bool>> Engine::admits(const Plan& plan, store::Params params,
                                           const Identity& identity,
                                           std::span<const Value> cells) const {
  if (state_->sessions != nullptr || plan.kind != OperationKind::read || plan.read.query.root.grouped)
    return std::nullopt;
  if (plan.read.nothing) return false;
  TRIVET_TRY(const std::shared_ptr<const Caller> caller,
             state_->caller_of(plan, {.identity = identity, .deadline = {}}));
  append_params(plan, *caller, state_->environment.now_us(), params);
  RegexCache regexes;
  TRIVET_CHECK(store::check_patterns(plan.patterns, params.values, regexes));
  const store::Level& root = plan.read.query.root;
  if (!root.where) return true;
  const schema::Schema& schema = *plan.policy->schema;
  if (!is_about(*root.where, schema.models[static_cast<size_t>(root.model)], cells)) return std::nullopt;
  Arena scratch;
  const store::Evaluation evaluation{schema, params.values, nullptr, scratch};
  const store::RowScope row{root.model, cells};
  TRIVET_TRY(const bool is_true, store::evaluate_predicate(evaluation, *root.where, {&row, 1}));
  return is_true;
}

}  // namespace trivet::engine
