// The SQL of a plan, in the dialect of its schema's database, with what each parameter stands for.
// Pure.
#pragma once

#include <string>

#include "engine/explain/words.h"
#include "engine/plan/plan.h"

namespace trivet::app {

// Reads: every statement; writes: those of the steps, without the checks around them. Empty if the
// store isn't asked.
[[nodiscard]] std::string sql_of(const engine::Plan& plan, const engine::ParamWords& params);

}  // namespace trivet::app
