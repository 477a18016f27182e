#include "engine/plan/planner.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "engine/plan/cost.h"
#include "engine/plan/program_planner.h"
#include "engine/plan/shape.h"
#include "engine/policy/apply.h"

namespace trivet::engine {

uint64_t next_query_id() {
  // Unique in the process, as stores keep statements by it; 0 means "don't keep".
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

void cap_rows(store::Level& level, ParamTable& params, uint64_t rows_max) {
  if (rows_max != 0)
    level.limit_param = params.add({AppendedParam::Source::capped, level.limit_param, rows_max});
  cap_embeds(level, params, rows_max);
}

void cap_embeds(store::Level& level, ParamTable& params, uint64_t rows_max) {
  for (store::Embed& embed : level.embeds) {
    if (embed.to_one)
      cap_embeds(embed.level, params, rows_max);
    else
      cap_rows(embed.level, params, rows_max);
  }
}

namespace {

result<void> plan_read(const Operation& operation, const PlanContext& context, ParamTable& params,
                       ReadPlan& plan) {
  plan.query.id = next_query_id();
  plan.query.schema = context.caller.policy->schema;
  plan.query.root = operation.selection;
  plan.query.count = operation.count != CountKind::none;
  RuleApplier rules(context.caller, params);
  TRIVET_CHECK(rules.apply(plan.query.root));
  plan.nothing = plan.query.root.where && plan.query.root.where->op == store::Op::always_false &&
                 !plan.query.root.grouped;
  cap_rows(plan.query.root, params, context.limits.rows_max);
  if (auto bounds = find_bounds(plan.query)) {
    plan.bounds = std::move(*bounds);
    plan.small_query = plan.query;
    plan.small_query->cost = store::Cost::small;
  }
  return {};
}

}  // namespace

result<Plan> make_plan(const Operation& operation, const PlanContext& context) {
  const Shape shape = measure(operation);
  TRIVET_CHECK(check_shape(shape, context.limits, context.capabilities));
  ParamTable params(shape.params);
  Plan plan;
  plan.policy = context.caller.policy;
  plan.class_name = context.caller.class_name;
  plan.kind = operation.kind;
  plan.base = shape.params;
  if (operation.kind == OperationKind::read) {
    TRIVET_CHECK(plan_read(operation, context, params, plan.read));
    plan.patterns = store::patterns_of(plan.read.query.root);
  } else {
    ProgramPlanner planner(operation, context, params, plan.write);
    TRIVET_CHECK(planner.run());
    plan.patterns = store::patterns_of(plan.write.program);
  }
  plan.appended = params.params();
  return plan;
}

}  // namespace trivet::engine
