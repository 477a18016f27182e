// What errors of a write may tell whom: the values of a violated key are left out where they could be
// of a row or a field that the caller may not read (as PostgreSQL leaves them out).
#pragma once

#include "base/error.h"
#include "engine/plan/plan.h"
#include "engine/policy/caller.h"

namespace trivet::engine {

[[nodiscard]] Error without_hidden_values(Error error, const Plan& plan, const Caller& caller);

}  // namespace trivet::engine
