// The steps that checking and walking JSON text share. Every one stays inside [at, end), whatever
// the bytes are: text that is trusted to be JSON may come from a file that another program wrote.
// For this folder only. Pure.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/unicode.h"
#include "value/text/hex.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace trivet {

[[nodiscard]] constexpr bool is_json_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

[[nodiscard]] inline const char* skip_json_blanks(const char* at, const char* end) {
  while (at != end && is_json_blank(*at)) ++at;
  return at;
}

// The next quote, backslash or control character, or end.
[[nodiscard]] inline const char* find_json_string_stop(const char* at, const char* end) {
#ifdef __SSE2__
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const int mask = _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash)));
    if (mask != 0) return at + std::countr_zero(static_cast<unsigned>(mask));
  }
#endif
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
}

// The code unit of \uXXXX at `at`, or -1.
[[nodiscard]] inline int json_unicode_escape(const char* at, const char* end) {
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
  int unit = 0;
  for (int i = 2; i < 6; ++i) {
    const int digit = hex_value(at[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

// Decodes the escape at `at` (a backslash with a byte behind it) and returns the place behind it.
template <class Append>
const char* append_json_escape(const char* at, const char* end, Append& append) {
  const char c = at[1];
  if (c == 'u') {
    const int first = json_unicode_escape(at, end);
    if (first < 0) return end;
    auto code_point = static_cast<char32_t>(first);
    at += 6;
    if (first >= 0xd800 && first <= 0xdbff) {
      const int second = json_unicode_escape(at, end);
      if (second < 0) return end;
      code_point = 0x10000 + ((code_point - 0xd800) << 10) + static_cast<char32_t>(second - 0xdc00);
      at += 6;
    }
    std::string bytes;
    append_code_point(bytes, code_point);
    append(std::string_view(bytes));
    return at;
  }
  constexpr std::string_view names = "bfnrt";
  constexpr std::string_view meanings = "\b\f\n\r\t";
  const size_t found = names.find(c);
  append(found == std::string_view::npos ? std::string_view(&c, 1) : meanings.substr(found, 1));
  return at + 2;
}

}  // namespace trivet
