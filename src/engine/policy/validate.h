// Data validation: what @length, @email, @trim … and @@validate ask of values, compiled once with the
// rules (dialects/schema.md, section 15).
//
// Checks of a field run on what a request gives for it, in the order written, so that what follows
// @trim sees the trimmed text. Null passes. Checks of a model are predicates over the row as it
// will be; unknown passes. They hold for everyone, as constraints of a database do. Immutable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "store/expr.h"
#include "value/arena.h"
#include "value/regex.h"
#include "value/value.h"

namespace trivet::engine {

struct ValueCheck {
  enum class Kind : uint8_t {
    trim, lower, upper,  // change the value
    length, starts_with, ends_with, contains, regex, gt, gte, lt, lte
  } kind = Kind::trim;
  int64_t min = 0;  // length
  int64_t max = INT64_MAX;
  std::string text;  // starts_with, ends_with, contains
  std::shared_ptr<const Regex> regex;
  Value bound;  // gt … lte, in the arena of the policy
  std::string message;
};

struct RowCheck {
  store::Expr condition;  // false: refused; over rule parameters, as rules are
  std::string message;
  std::string columns;  // that the schema names for it, "a, b"
};

// The expression behind @email and isEmail() and their like; nothing for other names. `number`:
// digits of a time, version of a UUID; -1 = any.
[[nodiscard]] std::optional<std::string> validation_pattern(std::string_view name, int64_t number);

// The checks of one field. Diagnoses patterns that the stores would read otherwise.
[[nodiscard]] std::vector<ValueCheck> compile_checks(
    const schema::Field& field, Arena& arena, std::vector<schema::Diagnostic>& diagnostics);

// The value to write for `field`, or 23514. Text is made in `arena`. Absent values and references
// pass.
[[nodiscard]] result<Value> validate_value(const schema::Model& model, const schema::Field& field,
                                           const std::vector<ValueCheck>& checks, Value value,
                                           Arena& arena);

[[nodiscard]] Error row_check_failed(const schema::Model& model, const RowCheck& check);

}  // namespace trivet::engine
