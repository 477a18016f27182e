// Deep copies of values. Pure; any thread.
#pragma once

#include "value/arena.h"
#include "value/value.h"

namespace trivet {

// The same value with everything that it views in `arena`, elements of lists too. Not for nested
// rows, which are views of an arena already.
[[nodiscard]] Value copy_value(Value value, Arena& arena);

}  // namespace trivet
