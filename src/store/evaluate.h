// The evaluator: computes any Expr over rows in memory, by SQL's three-valued logic. It checks new
// rows before a write, will match realtime changes, and is what store/memory is made of, so it is
// the meaning that other stores are compared with.
//
// Pure; any thread. Results are views into the row, the params, or the scratch arena.
#pragma once

#include <functional>
#include <span>

#include "base/error.h"
#include "schema/schema.h"
#include "store/expr.h"
#include "value/arena.h"
#include "value/value.h"

namespace trivet::store {

// One row at hand. cells are indexed by Model::columns position (Field::column).
struct RowScope {
  int model = -1;
  std::span<const Value> cells;
};

// How an evaluator reaches other rows; absent when only the row's own fields are known.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // Rows linked to `from` over `link`; the spans stay valid until the next write.
  virtual void for_each_linked(const RowScope& from, const Link& link,
                               const std::function<bool(const RowScope&)>& visit) const = 0;
};

struct Evaluation {
  const schema::Schema& schema;
  std::span<const Value> params;
  const RowSource* source;  // may be null: then exists/related are our own bug
  Arena& scratch;
  std::span<const Value> before = {};  // Op::before: cells of the checked row as it was
};

// `scopes.back()` is the current element (depth 0). Errors: what a database would raise (22P02 in a
// cast, 22003, 2201B, …).
[[nodiscard]] result<Value> evaluate(const Evaluation& evaluation, const Expr& expr,
                                     std::span<const RowScope> scopes);

// true only if the value is true (null counts as false).
[[nodiscard]] result<bool> evaluate_predicate(const Evaluation& evaluation, const Expr& expr,
                                              std::span<const RowScope> scopes);

// Total order of two non-null values of one type as PostgreSQL orders them: text by code point, NaN
// last, enums by declaration
// (`enum_` null: by text), json as jsonb.
[[nodiscard]] int compare_values(Value left, Value right, Type type, const schema::Enum* enum_);

}  // namespace trivet::store
