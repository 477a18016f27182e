// A decimal literal taken apart, without copying: sign, digits around the point, exponent. For this
// folder only. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace trivet {

enum class DecimalClass : uint8_t { finite, nan, infinity, bad };

struct DecimalParts {
  DecimalClass class_ = DecimalClass::bad;
  bool negative = false;
  std::string_view whole;     // without leading zeros
  std::string_view fraction;  // with trailing zeros
  int64_t exponent = 0;       // clamped to ±1e9
  bool plain = false;         // already in normal form

  [[nodiscard]] size_t digits() const { return whole.size() + fraction.size(); }
  [[nodiscard]] char digit(size_t index) const {
    return index < whole.size() ? whole[index] : fraction[index - whole.size()];
  }
  // First digit that isn't 0, or digits() for zero.
  [[nodiscard]] size_t first_nonzero() const;
  [[nodiscard]] bool is_zero() const { return first_nonzero() == digits(); }
  // Power of ten of digit(index).
  [[nodiscard]] int64_t weight(size_t index) const {
    return static_cast<int64_t>(whole.size()) - 1 - static_cast<int64_t>(index) + exponent;
  }
};

// Without blanks around it.
[[nodiscard]] DecimalParts split_decimal(std::string_view literal);

}  // namespace trivet
