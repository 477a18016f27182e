// Constant folding of predicate trees by three-valued logic. Pure.
#pragma once

#include "store/expr.h"

namespace trivet::engine {

// Equal to `expr` for every row: and/or/not/is_* over constants are computed, comparisons with null
// are null.
[[nodiscard]] store::Expr fold(store::Expr expr);

// As fold, where only true matters (a filter): null counts as false.
[[nodiscard]] store::Expr fold_filter(store::Expr expr);

}  // namespace trivet::engine
