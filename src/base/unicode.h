// UTF-8 text: check, count, walk, encode. Everything inside Trivet that is called text is valid
// UTF-8; this is where that is made sure of. No tables: case and width live elsewhere
// (value/fold.h). Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trivet {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

// Code points of valid UTF-8.
[[nodiscard]] size_t count_code_points(std::string_view text);

// Bytes of the first `count` code points of valid UTF-8 (all of them if there are fewer).
[[nodiscard]] size_t code_point_prefix_bytes(std::string_view text, size_t count);

// The code point at `at` of valid UTF-8; moves `at` behind it. at < text.size().
[[nodiscard]] char32_t next_code_point(std::string_view text, size_t& at);

// Appends a scalar value (not a surrogate, <= U+10FFFF).
void append_code_point(std::string& out, char32_t code_point);

// PostgreSQL's isspace in the C locale: blank, \t \n \v \f \r.
[[nodiscard]] constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] std::string_view trim_space(std::string_view text);

// ASCII only: for keywords, never for people's text (value/fold.h).
[[nodiscard]] constexpr char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
[[nodiscard]] std::string lower_ascii(std::string_view text);

}  // namespace trivet
