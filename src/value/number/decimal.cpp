#include "value/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/unicode.h"
#include "value/json_writer.h"
#include "value/number/decimal_parts.h"

namespace trivet {
namespace {

constexpr int64_t exponent_limit = 1'000'000'000;
constexpr int64_t json_zeros_max = 64;

bool is_word(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::ranges::equal(text, lower, [](char a, char b) { return lower_ascii(a) == b; });
}

size_t count_leading_digits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

// e[+-]digits to the end.
bool read_exponent(std::string_view text, int64_t& exponent) {
  text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || count_leading_digits(text) != text.size()) return false;
  for (char c : text) exponent = std::min(exponent * 10 + (c - '0'), exponent_limit);
  if (negative) exponent = -exponent;
  return true;
}

DecimalParts special(DecimalClass class_, bool negative) {
  DecimalParts parts;
  parts.class_ = class_;
  parts.negative = negative;
  return parts;
}

std::unexpected<Error> bad_numeric(std::string_view literal) {
  return fail(ErrorCode::bad_text_representation,
              "invalid input syntax for type numeric: \"" + std::string(literal) + "\"");
}

// Scale of the normal form.
int64_t scale_of(const DecimalParts& parts) {
  return std::max<int64_t>(0, static_cast<int64_t>(parts.fraction.size()) - parts.exponent);
}

bool fits(const DecimalParts& parts) {
  const size_t first = parts.first_nonzero();
  const int64_t weight = first == parts.digits() ? 0 : parts.weight(first);
  return weight < numeric_digits_max && scale_of(parts) <= numeric_digits_max;
}

// Digits at weights [high, low], zeros where there are none.
void append_digits(std::string& out, const DecimalParts& parts, int64_t high, int64_t low) {
  for (int64_t weight = high; weight >= low; --weight) {
    const int64_t index = static_cast<int64_t>(parts.whole.size()) - 1 - weight + parts.exponent;
    const bool inside = index >= 0 && index < static_cast<int64_t>(parts.digits());
    out += inside ? parts.digit(static_cast<size_t>(index)) : '0';
  }
}

void append_normal(std::string& out, const DecimalParts& parts) {
  const size_t first = parts.first_nonzero();
  const bool zero = first == parts.digits();
  if (parts.negative && !zero) out += '-';
  append_digits(out, parts, zero ? 0 : std::max<int64_t>(0, parts.weight(first)), 0);
  if (const int64_t scale = scale_of(parts); scale > 0) {
    out += '.';
    append_digits(out, parts, -1, -scale);
  }
}

// A finite number in normal form, cut into what rounding needs.
struct Normal {
  bool negative;
  std::string_view whole;
  std::string_view fraction;
};

Normal split_normal(std::string_view numeric) {
  Normal normal{numeric.starts_with('-'), {}, {}};
  if (normal.negative) numeric.remove_prefix(1);
  const size_t point = numeric.find('.');
  normal.whole = numeric.substr(0, point);
  if (point != std::string_view::npos) normal.fraction = numeric.substr(point + 1);
  return normal;
}

// Adds one to the last digit of a string of digits; may grow it.
void increment(std::string& digits) {
  size_t at = digits.size();
  while (at > 0 && digits[at - 1] == '9') digits[--at] = '0';
  if (at > 0) {
    ++digits[at - 1];
  } else {
    digits.insert(digits.begin(), '1');
  }
}

// whole and fraction digits together, with exactly `scale` of them behind the point, rounded half
// away from zero.
std::string rounded_digits(const Normal& normal, size_t scale) {
  std::string digits(normal.whole);
  digits += normal.fraction.substr(0, std::min(scale, normal.fraction.size()));
  if (scale > normal.fraction.size()) digits.append(scale - normal.fraction.size(), '0');
  if (scale < normal.fraction.size() && normal.fraction[scale] >= '5') increment(digits);
  return digits;
}

bool is_finite_normal(std::string_view numeric) {
  return !numeric.empty() && is_digit(numeric.back());
}

std::unexpected<Error> field_overflow(int precision, int scale, std::string_view rest) {
  return fail(ErrorCode::number_out_of_range, "numeric field overflow",
              "A field with precision " + std::to_string(precision) + ", scale " +
                  std::to_string(scale) + " " + std::string(rest));
}

int special_rank(const DecimalParts& parts) {
  if (parts.class_ == DecimalClass::nan) return 2;
  if (parts.class_ == DecimalClass::infinity) return parts.negative ? -1 : 1;
  return 0;
}

int compare_magnitudes(const DecimalParts& left, const DecimalParts& right) {
  size_t i = left.first_nonzero();
  size_t j = right.first_nonzero();
  const bool left_zero = i == left.digits();
  const bool right_zero = j == right.digits();
  if (left_zero || right_zero) return static_cast<int>(right_zero) - static_cast<int>(left_zero);
  if (left.weight(i) != right.weight(j)) return left.weight(i) < right.weight(j) ? -1 : 1;
  while (i < left.digits() || j < right.digits()) {
    const char a = i < left.digits() ? left.digit(i) : '0';
    const char b = j < right.digits() ? right.digit(j) : '0';
    if (a != b) return a < b ? -1 : 1;
    ++i;
    ++j;
  }
  return 0;
}

}  // namespace

size_t DecimalParts::first_nonzero() const {
  size_t at = 0;
  while (at < digits() && digit(at) == '0') ++at;
  return at;
}

DecimalParts split_decimal(std::string_view literal) {
  std::string_view text = literal;
  DecimalParts parts;
  parts.negative = text.starts_with('-');
  const bool plus = text.starts_with('+');
  if (parts.negative || plus) text.remove_prefix(1);
  if (is_word(text, "nan")) {
    return special(parts.negative || plus ? DecimalClass::bad : DecimalClass::nan, false);
  }
  if (is_word(text, "infinity") || is_word(text, "inf")) {
    return special(DecimalClass::infinity, parts.negative);
  }
  parts.whole = text.substr(0, count_leading_digits(text));
  text.remove_prefix(parts.whole.size());
  const bool point = text.starts_with('.');
  if (point) {
    text.remove_prefix(1);
    parts.fraction = text.substr(0, count_leading_digits(text));
    text.remove_prefix(parts.fraction.size());
  }
  if (parts.digits() == 0) return special(DecimalClass::bad, false);
  const size_t written = parts.whole.size();
  parts.whole.remove_prefix(std::min(parts.whole.find_first_not_of('0'), parts.whole.size()));
  const bool minimal =
      parts.whole.size() == written ? written > 0 : parts.whole.empty() && written == 1;
  parts.plain = !plus && text.empty() && minimal && point == !parts.fraction.empty() &&
                (!parts.negative || !parts.is_zero());
  if (text.starts_with('e') || text.starts_with('E')) {
    if (!read_exponent(text, parts.exponent)) return special(DecimalClass::bad, false);
  } else if (!text.empty()) {
    return special(DecimalClass::bad, false);
  }
  parts.class_ = DecimalClass::finite;
  return parts;
}

result<std::string_view> parse_numeric(std::string_view literal, Arena& arena) {
  const std::string_view trimmed = trim_space(literal);
  const DecimalParts parts = split_decimal(trimmed);
  switch (parts.class_) {
    case DecimalClass::bad:
      return bad_numeric(literal);
    case DecimalClass::nan:
      return "NaN";
    case DecimalClass::infinity:
      return parts.negative ? "-Infinity" : "Infinity";
    case DecimalClass::finite:
      break;
  }
  if (!fits(parts)) return fail(ErrorCode::number_out_of_range, "value overflows numeric format");
  if (parts.plain) return trimmed;
  std::string text;
  append_normal(text, parts);
  return arena.copy(text);
}

result<std::string_view> fit_numeric(std::string_view numeric, int precision, int scale,
                                     Arena& arena) {
  if (!is_finite_normal(numeric)) {
    if (numeric == "NaN") return numeric;
    return field_overflow(precision, scale, "cannot hold an infinite value.");
  }
  const Normal normal = split_normal(numeric);
  const auto places = static_cast<size_t>(std::max(scale, 0));
  std::string digits = rounded_digits(normal, places);
  const size_t nonzero = std::min(digits.find_first_not_of('0'), digits.size());
  const auto room = static_cast<size_t>(std::max(precision, 1));
  if (digits.size() - nonzero > room) {
    return field_overflow(
        precision, scale,
        "must round to an absolute value less than 10^" + std::to_string(precision - scale) + ".");
  }
  if (places == normal.fraction.size()) return numeric;
  std::string text = normal.negative && nonzero != digits.size() ? "-" : "";
  text += digits.substr(0, digits.size() - places);
  if (places > 0) {
    text += '.';
    text += digits.substr(digits.size() - places);
  }
  return arena.copy(text);
}

int compare_numeric(std::string_view left_text, std::string_view right_text) {
  const DecimalParts left = split_decimal(left_text);
  const DecimalParts right = split_decimal(right_text);
  if (left.class_ != DecimalClass::finite || right.class_ != DecimalClass::finite) {
    const int a = special_rank(left), b = special_rank(right);
    return (a > b) - (a < b);
  }
  const bool left_negative = left.negative && !left.is_zero();
  const bool right_negative = right.negative && !right.is_zero();
  if (left_negative != right_negative) return left_negative ? -1 : 1;
  const int order = compare_magnitudes(left, right);
  return left_negative ? -order : order;
}

void append_json_number(std::string& out, std::string_view number) {
  const DecimalParts parts = split_decimal(number);
  if (parts.class_ != DecimalClass::finite || parts.plain) {
    out += number;
    return;
  }
  const auto written = static_cast<int64_t>(parts.digits());
  const size_t first = parts.first_nonzero();
  const int64_t weight = first == parts.digits() ? 0 : parts.weight(first);
  if (std::max(weight, scale_of(parts)) <= written + json_zeros_max) {
    append_normal(out, parts);
    return;
  }
  if (parts.negative && first != parts.digits()) out += '-';
  if (first == parts.digits()) {
    out += '0';
    return;
  }
  out += parts.digit(first);
  if (first + 1 < parts.digits()) out += '.';
  for (size_t i = first + 1; i < parts.digits(); ++i) out += parts.digit(i);
  out += weight < 0 ? "e" : "e+";
  append_int64(out, weight);
}

int count_significant_digits(std::string_view numeric) {
  if (!is_finite_normal(numeric)) return 0;
  const Normal normal = split_normal(numeric);
  std::string digits(normal.whole);
  digits += normal.fraction;
  const size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  return static_cast<int>(digits.size() - first);
}

std::string_view strip_numeric_zeros(std::string_view numeric) {
  if (!is_finite_normal(numeric) || !numeric.contains('.')) return numeric;
  while (numeric.back() == '0') numeric.remove_suffix(1);
  if (numeric.back() == '.') numeric.remove_suffix(1);
  return numeric;
}

double numeric_to_double(std::string_view numeric) {
  if (numeric == "NaN") return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, error] = std::from_chars(numeric.data(), numeric.data() + numeric.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  const DecimalParts parts = split_decimal(numeric);
  const bool large =
      parts.class_ == DecimalClass::finite && parts.weight(parts.first_nonzero()) > 0;
  value = large ? std::numeric_limits<double>::infinity() : 0.0;
  return parts.negative ? -value : value;
}

result<int64_t> numeric_to_int64(std::string_view numeric) {
  const auto out_of_range = [] {
    return fail(ErrorCode::number_out_of_range, "bigint out of range");
  };
  if (!is_finite_normal(numeric)) {
    return fail(ErrorCode::number_out_of_range, numeric == "NaN"
                                                    ? "cannot convert NaN to bigint"
                                                    : "cannot convert infinity to bigint");
  }
  const Normal normal = split_normal(numeric);
  std::string digits = rounded_digits(normal, 0);
  if (normal.negative) digits.insert(digits.begin(), '-');
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return out_of_range();
  return value;
}

}  // namespace trivet
