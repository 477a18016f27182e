// The values that a run adds to those of its operation: what rules, defaults and limits need.
#pragma once

#include "engine/plan/plan.h"
#include "engine/policy/caller.h"
#include "store/query.h"

namespace trivet::engine {

// `params` are those of the operation, and at least plan.base. What is appended views the caller.
void append_params(const Plan& plan, const Caller& caller, int64_t now_us, store::Params& params);

}  // namespace trivet::engine
