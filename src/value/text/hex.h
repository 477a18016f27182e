// Bytes as lower-case hex digits and back. Pure.
#pragma once

#include <string>
#include <string_view>

namespace trivet {

inline constexpr char hex_digits[] = "0123456789abcdef";

inline void append_hex(std::string& out, std::string_view bytes) {
  size_t at = out.size();
  out.resize(at + 2 * bytes.size());
  for (char c : bytes) {
    out[at++] = hex_digits[static_cast<unsigned char>(c) >> 4];
    out[at++] = hex_digits[c & 15];
  }
}

// 0-15, or -1.
[[nodiscard]] constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace trivet
