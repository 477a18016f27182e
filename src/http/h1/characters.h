// Character classes of RFC 9110 and 9112 as one table: what may stand in a token, a target, a field value.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace trivet::http::h1 {

enum CharacterClass : uint8_t {
  token_character = 1,   // RFC 9110, 5.6.2
  target_character = 2,  // visible ASCII but '#', and bytes from 0x80 on, which browsers and curl send raw
  value_character = 4,   // field-vchar, blank and tab; no other control character
  host_character = 8,    // uri-host [":" port]
};

namespace detail {

consteval std::array<uint8_t, 256> make_character_table() {
  std::array<uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c) {
    uint8_t classes = 0;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    const auto in = [c](std::string_view set) {
      return c != 0 && c < 128 && set.find(static_cast<char>(c)) != set.npos;
    };
    if (letter || digit || in("!#$%&'*+-.^_`|~")) classes |= token_character;
    if (c > 0x20 && c != 0x7f && c != '#') classes |= target_character;
    if ((c >= 0x20 && c != 0x7f) || c == '\t') classes |= value_character;
    if (letter || digit || in("-._~!$&'()*+,;=%:[]")) classes |= host_character;
    table[static_cast<size_t>(c)] = classes;
  }
  return table;
}

inline constexpr std::array<uint8_t, 256> character_table = make_character_table();

}  // namespace detail

[[nodiscard]] constexpr bool is_in(char c, CharacterClass which) {
  return (detail::character_table[static_cast<uint8_t>(c)] & which) != 0;
}

[[nodiscard]] constexpr bool all_in(std::string_view text, CharacterClass which) {
  for (const char c : text)
    if (!is_in(c, which)) return false;
  return true;
}

[[nodiscard]] constexpr bool is_token(std::string_view text) {
  return !text.empty() && all_in(text, token_character);
}

}  // namespace trivet::http::h1
