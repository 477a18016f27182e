// PostgreSQL's numeric as text: [-]digits[.digits] or NaN, Infinity, -Infinity. Normalise, compare,
// sum, average, round.
//
// The trailing zeros of the fraction are the number's scale and are kept (1.50). No leading zeros
// but the one before the point, no plus, no exponent, no "-0". Numbers of more than
// numeric_digits_max digits are refused. Pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "value/arena.h"

namespace trivet {

inline constexpr int numeric_digits_max =
    1000;  // before or behind the point, also after expanding an exponent

// Reads a numeric literal (blanks around it, sign, exponent, .5 and 5. allowed; NaN, Infinity, inf
// in any case). Errors: 22P02 `invalid input syntax for type numeric: "x"`, 22003 `value overflows
// numeric format`.
[[nodiscard]] result<std::string_view> parse_numeric(std::string_view literal, Arena& arena);

// numeric(precision, scale): rounds half away from zero to `scale` and refuses what has more than
// precision - scale digits before the point (22003 `numeric field overflow` with PostgreSQL's
// details). Input and output in normal form.
[[nodiscard]] result<std::string_view> fit_numeric(std::string_view numeric, int precision,
                                                   int scale, Arena& arena);

// Normal forms; also plain JSON numbers with exponents. -1, 0, 1; NaN equals NaN and is above
// everything.
[[nodiscard]] int compare_numeric(std::string_view left, std::string_view right);

// A JSON number as jsonb prints it: as parse_numeric, but where that would write more than 64 zeros
// the exponent is kept, in the form 1.5e+400: a small document must not become a huge one.
void append_json_number(std::string& out, std::string_view number);

// Digits that carry information, for capability checks (`0.050` has 2: 50).
[[nodiscard]] int count_significant_digits(std::string_view numeric);

// Whether the numbers are equal in value and so in this text: sign, digits, no trailing zeros of
// the fraction. For hashing.
[[nodiscard]] std::string_view strip_numeric_zeros(std::string_view numeric);

// The double nearest to it, and the integer if it is one after rounding half away from zero (22003
// `bigint out of range`).
[[nodiscard]] double numeric_to_double(std::string_view numeric);
[[nodiscard]] result<int64_t> numeric_to_int64(std::string_view numeric);

// sum() and avg() over integers or numerics, exact. avg prints as PostgreSQL's numeric division:
// `1.5000000000000000`.
class NumericSum {
 public:
  NumericSum();
  ~NumericSum();
  NumericSum(NumericSum&&) noexcept;
  NumericSum& operator=(NumericSum&&) noexcept;

  void add(int64_t value);
  void add(std::string_view numeric);  // normal form
  void add_sum(std::string_view numeric, int64_t count);  // of `count` > 0 values, at once
  void remove_all();
  [[nodiscard]] int64_t count() const;
  [[nodiscard]] std::string sum() const;      // "0" without values: the caller makes it null
  [[nodiscard]] std::string average() const;  // count() > 0

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trivet
