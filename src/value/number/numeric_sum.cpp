#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

#include "value/decimal.h"
#include "value/number/decimal_parts.h"

namespace trivet {
namespace {

using Integer = boost::multiprecision::cpp_int;

Integer power_of_ten(int64_t exponent) {
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

// An unscaled integer as a decimal with `scale` digits behind the point.
std::string format_scaled(const Integer& value, int64_t scale) {
  std::string digits = Integer(abs(value)).str();
  const auto places = static_cast<size_t>(scale);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, 1, '.');
  return value < 0 ? "-" + digits : digits;
}

// PostgreSQL's numeric in base 10,000: the place of the first digit group, and that group's value.
struct LeadingGroup {
  int64_t weight = 0;
  int64_t value = 0;
};

LeadingGroup leading_group(const Integer& value, int64_t scale) {
  if (value == 0) return {};
  const std::string digits = Integer(abs(value)).str();
  const int64_t first = static_cast<int64_t>(digits.size()) - 1 - scale;  // power of ten
  const int64_t weight = first >= 0 ? first / 4 : -((3 - first) / 4);
  const auto in_group = static_cast<size_t>(first - weight * 4 + 1);
  std::string group = digits.substr(0, in_group);
  group.append(in_group - group.size(), '0');
  return {weight, std::stoll(group)};
}

// select_div_scale() of PostgreSQL's numeric.c: at least 16 significant digits.
int64_t division_scale(const Integer& sum, int64_t scale, int64_t count) {
  const LeadingGroup dividend = leading_group(sum, scale);
  const LeadingGroup divisor = leading_group(Integer(count), 0);
  int64_t weight = dividend.weight - divisor.weight;
  if (dividend.value <= divisor.value) --weight;
  return std::clamp<int64_t>(std::max(16 - weight * 4, scale), 0, 1000);
}

Integer divide_half_away(const Integer& dividend, int64_t divisor) {
  Integer quotient, remainder;
  boost::multiprecision::divide_qr(Integer(abs(dividend)), Integer(divisor), quotient, remainder);
  if (remainder * 2 >= divisor) ++quotient;
  return dividend < 0 ? Integer(-quotient) : quotient;
}

}  // namespace

struct NumericSum::State {
  Integer total = 0;  // of everything finite, times 10^scale
  int64_t scale = 0;
  __extension__ __int128 integers = 0;  // added on demand: most sums are of integers
  int64_t count = 0;
  int64_t nans = 0;
  int64_t infinities = 0;
  int64_t minus_infinities = 0;

  void add_finite(const DecimalParts& parts) {
    const auto added = static_cast<int64_t>(parts.fraction.size());
    if (added > scale) {
      total *= power_of_ten(added - scale);
      scale = added;
    }
    std::string digits(parts.whole);
    digits += parts.fraction;
    // A leading zero would make Boost read octal.
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty()) return;
    Integer value(digits);
    if (added < scale) value *= power_of_ten(scale - added);
    if (parts.negative) {
      total -= value;
    } else {
      total += value;
    }
  }

  [[nodiscard]] Integer scaled() const {
    if (integers == 0) return total;
    return total + Integer(integers) * power_of_ten(scale);
  }

  [[nodiscard]] const char* special() const {
    if (nans > 0 || (infinities > 0 && minus_infinities > 0)) return "NaN";
    if (infinities > 0) return "Infinity";
    return minus_infinities > 0 ? "-Infinity" : nullptr;
  }
};

NumericSum::NumericSum() : state_(std::make_unique<State>()) {}
NumericSum::~NumericSum() = default;
NumericSum::NumericSum(NumericSum&&) noexcept = default;
NumericSum& NumericSum::operator=(NumericSum&&) noexcept = default;

void NumericSum::add(int64_t value) {
  state_->integers += value;
  ++state_->count;
}

void NumericSum::add(std::string_view numeric) {
  const DecimalParts parts = split_decimal(numeric);
  ++state_->count;
  switch (parts.class_) {
    case DecimalClass::finite:
      state_->add_finite(parts);
      return;
    case DecimalClass::infinity:
      ++(parts.negative ? state_->minus_infinities : state_->infinities);
      return;
    case DecimalClass::nan:
    case DecimalClass::bad:
      ++state_->nans;
      return;
  }
}

void NumericSum::remove_all() { *state_ = State(); }

int64_t NumericSum::count() const { return state_->count; }

std::string NumericSum::sum() const {
  if (const char* special = state_->special()) return special;
  return format_scaled(state_->scaled(), state_->scale);
}

void NumericSum::add_sum(std::string_view numeric, int64_t count) {
  add(numeric);
  state_->count += count - 1;
}

std::string NumericSum::average() const {
  TRIVET_ASSERT(state_->count > 0);
  if (const char* special = state_->special()) return special;
  const Integer sum = state_->scaled();
  const int64_t scale = division_scale(sum, state_->scale, state_->count);
  return format_scaled(divide_half_away(sum * power_of_ten(scale - state_->scale), state_->count),
                       scale);
}

}  // namespace trivet
