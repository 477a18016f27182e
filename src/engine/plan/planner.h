// Operation + caller → Plan. Pure: no store is asked, nothing is cached here.
#pragma once

#include "base/limits.h"
#include "engine/operation.h"
#include "engine/plan/plan.h"
#include "engine/policy/caller.h"
#include "store/store.h"

namespace trivet::engine {

struct PlanContext {
  const Caller& caller;
  const Limits& limits;
  const store::Capabilities& capabilities;
};

// Errors: 42501 by rules, 54001 beyond a limit, PGRST127 for a capability that the store lacks,
// 42P10.
[[nodiscard]] result<Plan> make_plan(const Operation& operation, const PlanContext& context);

}  // namespace trivet::engine
