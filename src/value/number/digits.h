// Decimal digits into a char buffer, two at a time. The caller gives room: 20 bytes for any 64-bit
// number. For the writers of this folder only. Pure.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace trivet {

inline constexpr char digit_pairs[] =
    "0001020304050607080910111213141516171819"
    "2021222324252627282930313233343536373839"
    "4041424344454647484950515253545556575859"
    "6061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

inline constexpr uint64_t powers_of_ten[] = {1ull,
                                             10ull,
                                             100ull,
                                             1000ull,
                                             10000ull,
                                             100000ull,
                                             1000000ull,
                                             10000000ull,
                                             100000000ull,
                                             1000000000ull,
                                             10000000000ull,
                                             100000000000ull,
                                             1000000000000ull,
                                             10000000000000ull,
                                             100000000000000ull,
                                             1000000000000000ull,
                                             10000000000000000ull,
                                             100000000000000000ull,
                                             1000000000000000000ull,
                                             10000000000000000000ull};

inline int count_digits(uint64_t value) {
  // 1233/4096 is log10(2) to the precision that 64 bits need.
  const int guess = (std::bit_width(value | 1) * 1233) >> 12;
  return guess + (value >= powers_of_ten[guess]) + (value == 0 && guess == 0);
}

// Exactly two digits of value < 100.
inline char* write_two(char* out, uint32_t value) {
  std::memcpy(out, digit_pairs + 2 * size_t{value}, 2);
  return out + 2;
}

inline char* write_uint64(char* out, uint64_t value) {
  const int digits = count_digits(value);
  char* at = out + digits;
  while (value >= 100) {
    at -= 2;
    std::memcpy(at, digit_pairs + 2 * (value % 100), 2);
    value /= 100;
  }
  if (value >= 10) {
    write_two(at - 2, static_cast<uint32_t>(value));
  } else {
    at[-1] = static_cast<char>('0' + value);
  }
  return out + digits;
}

inline char* write_int64(char* out, int64_t value) {
  auto magnitude = static_cast<uint64_t>(value);
  if (value < 0) {
    *out++ = '-';
    magnitude = -magnitude;
  }
  return write_uint64(out, magnitude);
}

}  // namespace trivet
