// What the evaluator's operators do with values at hand, by topic. Internal to the evaluator; pure.
#pragma once

#include "store/evaluate.h"

namespace trivet::store {

// eq, ne, lt, le, gt, ge of two values that aren't null.
[[nodiscard]] bool compare_holds(Op op, int order);

// like … iends_with; both values are text. 22025, 2201B.
[[nodiscard]] result<Value> match_text(Op op, Value subject, Value pattern);

// text_search by the mode and configuration of `expr`; both values are text. 22P02, 42704.
[[nodiscard]] result<Value> search_text(const Expr& expr, Value document, Value query);

// contains_all, contained_by, overlaps on lists of `element` or on json; null elements equal
// nothing.
[[nodiscard]] Value compare_sets(Op op, Value left, Value right, const Expr& shape,
                                 const schema::Enum* enum_);

// json_get, json_get_text. A list is taken as the JSON array that it prints as.
[[nodiscard]] Value get_json(const Expr& expr, Value document, Arena& arena);

}  // namespace trivet::store
