// Parts of the policy pass.
#pragma once

#include "schema/check/context.h"

namespace trivet::schema {

// check() must not lead back to the rule that it is in.
void check_rule_cycles(Context& context);

}  // namespace trivet::schema
