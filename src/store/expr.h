// Expr: the one predicate and value tree. Filters, rules, order terms and selected columns are all made of it; stores render
// it, the evaluator (store/evaluate.h) computes it over rows in memory.
//
// Constants are parameters (indexes into Params), never part of the tree, so equal shapes share one plan. Logic is SQL's
// three-valued logic. Models, fields and relations are indexes into the Schema that the Query carries. A value type.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "value/type.h"

namespace trivet::store {

enum class Op : uint8_t {
  // leaves
  always_true, always_false, null_value,
  column,   // field of the row at `depth` levels out (0 = the current element; exists/related go one level in)
  before,   // only in `where` of a check (query.h): field of the row that is checked, as it was before the program
  row_function,  // a database's function `text` of schema `key`, of the whole row at `depth` levels out. Capability::row_functions
  param,    // Params::values[param]
  // logic
  and_, or_, not_,
  // comparison; args: left, right
  eq, ne, lt, le, gt, ge, is_distinct,
  is_null, is_not_null, is_true, is_false, is_unknown,  // args: operand; never null
  in,       // args: left, param that is a list; empty list = false, also for null left
  // text; args: subject, pattern
  like, ilike,               // SQL pattern, '\' escapes; ilike folds case by Unicode (ICU)
  regex, iregex,             // RE2, unanchored
  contains, starts_with, ends_with, icontains, istarts_with, iends_with,  // literal text
  text_search,               // args: subject, query text; `text` = "" | "plain" | "phrase" | "websearch", `key` = configuration
  length,                    // args: text or list; int4: its code points or elements
  // containment on lists and json; args: left, right
  contains_all, contained_by, overlaps,
  // structure
  json_get, json_get_text,   // args: document; `key`, or `index` when is_index
  cast,                      // args: operand; to `type`
  case_when,                 // args: condition, value: value if the condition is true, else null
  exists,                    // args: predicate over the linked row (link); true if any linked row satisfies it
  related,                   // args: expression over the one linked row of a to-one link; null if there is none
                             // both start from the row at `depth` levels out
  // aggregates (is_aggregate), only in outputs of a grouped Query; args: operand (none for count_rows)
  count_rows, count, sum, avg, min, max,
};

[[nodiscard]] constexpr bool is_aggregate(Op op) { return op >= Op::count_rows && op <= Op::max; }

// One step from the current row to linked rows: over a schema relation, or over a junction model by two relations. Or to every
// row of a model, whatever the current one is: then `relation` is -1, and only Op::exists takes it. Or to what a function of the row gives
// (Capability::row_functions): then `relation` is -1 too.
struct Link {
  int relation = -1;       // Schema::relations index
  uint8_t side = 0;        // the end that the current row is on; the other end is the linked row (or the junction row)
  int second = -1;         // junction: relation from the junction model to the target, else -1
  uint8_t second_side = 0; // the end of `second` that the junction row is on
  int every = -1;          // Schema::models index: all its rows, or
  std::string function{};  // those of them that this function, as stores name it, gives for the current row; empty = all

  friend bool operator==(const Link&, const Link&) = default;
};

struct Expr {
  Op op = Op::always_true;
  Type type = Type::unknown;   // result type
  int enum_index = -1;         // enum results: ordered by declaration
  bool is_list = false;        // result is a list of `type`
  bool is_index = false;       // json_get*: `index` instead of `key`
  uint8_t depth = 0;           // column, row_function, exists, related
  int field = -1;              // column, before: field index in the model at that depth
  int param = -1;              // param
  int64_t index = 0;           // json_get*
  Link link;                   // exists, related
  std::string key;             // json_get*, text_search
  std::string text;            // text_search
  std::vector<Expr> args;

  friend bool operator==(const Expr&, const Expr&);
};

// Whether an aggregate is anywhere in it.
[[nodiscard]] bool has_aggregate(const Expr& expr);

[[nodiscard]] Expr make_column(int field, Type type);
[[nodiscard]] Expr make_param(int param, Type type);
[[nodiscard]] Expr make_unary(Op op, Expr operand);
[[nodiscard]] Expr make_binary(Op op, Expr left, Expr right);
// Flattens nested ands/ors; no args = always_true / always_false.
[[nodiscard]] Expr make_and(std::vector<Expr> args);
[[nodiscard]] Expr make_or(std::vector<Expr> args);

}  // namespace trivet::store
