#include "value/number/float_format.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "value/number/digits.h"

namespace trivet {
namespace {

struct Shortest {
  char digits[24];
  int size = 0;
  int exponent = 0;  // of the first digit
};

// std::to_chars gives the shortest digits (Ryu); only their layout is ours.
template <class Float>
Shortest shortest_digits(Float value) {
  char text[40];
  const char* end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  Shortest out;
  const char* at = text;
  for (; at < end && *at != 'e'; ++at) {
    if (*at != '.') out.digits[out.size++] = *at;
  }
  ++at;
  if (*at == '+') ++at;
  std::from_chars(at, end, out.exponent);
  return out;
}

char* write_zeros(char* out, int count) {
  std::memset(out, '0', static_cast<size_t>(count));
  return out + count;
}

char* write_digits(char* out, const char* digits, int count) {
  std::memcpy(out, digits, static_cast<size_t>(count));
  return out + count;
}

char* write_fixed(char* out, const Shortest& number) {
  if (number.exponent < 0) {
    *out++ = '0';
    *out++ = '.';
    out = write_zeros(out, -number.exponent - 1);
    return write_digits(out, number.digits, number.size);
  }
  const int whole = number.exponent + 1;
  if (number.size <= whole) {
    out = write_digits(out, number.digits, number.size);
    return write_zeros(out, whole - number.size);
  }
  out = write_digits(out, number.digits, whole);
  *out++ = '.';
  return write_digits(out, number.digits + whole, number.size - whole);
}

char* write_scientific(char* out, const Shortest& number) {
  *out++ = number.digits[0];
  if (number.size > 1) {
    *out++ = '.';
    out = write_digits(out, number.digits + 1, number.size - 1);
  }
  *out++ = 'e';
  *out++ = number.exponent < 0 ? '-' : '+';
  const auto exponent = static_cast<uint32_t>(std::abs(number.exponent));
  if (exponent < 10) *out++ = '0';
  return write_uint64(out, exponent);
}

// PostgreSQL switches form where its old %g with DBL_DIG or FLT_DIG digits did.
template <class Float>
char* write_shortest(char* out, Float value, FloatStyle style, int exponent_max) {
  if (std::signbit(value)) {
    *out++ = '-';
    value = -value;
  }
  if (value < Float(1e6) && value == std::floor(value)) {
    return write_uint64(out, static_cast<uint64_t>(value));
  }
  const Shortest number = shortest_digits(value);
  const bool fixed =
      style == FloatStyle::digits || (number.exponent >= -4 && number.exponent < exponent_max);
  return fixed ? write_fixed(out, number) : write_scientific(out, number);
}

}  // namespace

char* write_double(char* out, double value, FloatStyle style) {
  return write_shortest(out, value, style, 15);
}

char* write_float(char* out, float value, FloatStyle style) {
  return write_shortest(out, value, style, 6);
}

}  // namespace trivet
