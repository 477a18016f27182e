#include "value/coerce/coerce_bytes.h"

#include <string>

#include "base/unicode.h"
#include "value/text/hex.h"

namespace trivet {
namespace {

result<std::string_view> parse_hex(std::string_view digits, Arena& arena) {
  auto* const to = static_cast<char*>(arena.allocate(digits.size() / 2 + 1));
  size_t size = 0;
  for (size_t at = 0; at < digits.size();) {
    if (is_space(digits[at])) {
      ++at;
      continue;
    }
    const int high = hex_value(digits[at]);
    const int low = at + 1 < digits.size() ? hex_value(digits[at + 1]) : 0;
    if (high < 0 || low < 0) {
      const size_t bad = high < 0 ? at : at + 1;
      const size_t end = code_point_prefix_bytes(digits.substr(bad), 1);
      return fail(ErrorCode::bad_parameter,
                  "invalid hexadecimal digit: \"" + std::string(digits.substr(bad, end)) + "\"");
    }
    if (at + 1 == digits.size()) {
      return fail(ErrorCode::bad_parameter, "invalid hexadecimal data: odd number of digits");
    }
    to[size++] = static_cast<char>(high * 16 + low);
    at += 2;
  }
  return std::string_view(to, size);
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

result<std::string_view> parse_escaped(std::string_view text, Arena& arena) {
  auto* const to = static_cast<char*>(arena.allocate(text.size()));
  size_t size = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (rest.front() != '\\') {
      to[size++] = rest.front();
    } else if (rest.starts_with("\\\\")) {
      to[size++] = '\\';
      ++at;
    } else if (rest.size() >= 4 && rest[1] <= '3' && is_octal(rest[1]) && is_octal(rest[2]) &&
               is_octal(rest[3])) {
      to[size++] = static_cast<char>((rest[1] - '0') * 64 + (rest[2] - '0') * 8 + (rest[3] - '0'));
      at += 3;
    } else {
      return fail(ErrorCode::bad_text_representation, "invalid input syntax for type bytea");
    }
  }
  return std::string_view(to, size);
}

}  // namespace

result<std::string_view> parse_bytea(std::string_view literal, Arena& arena) {
  if (literal.starts_with("\\x")) return parse_hex(literal.substr(2), arena);
  return parse_escaped(literal, arena);
}

result<std::string_view> parse_uuid(std::string_view literal, Arena& arena) {
  const auto bad = [&] {
    return fail(ErrorCode::bad_text_representation,
                "invalid input syntax for type uuid: \"" + std::string(literal) + "\"");
  };
  std::string_view text = literal;
  if (text.starts_with('{')) {
    if (!text.ends_with('}')) return bad();
    text = text.substr(1, text.size() - 2);
  }
  auto* const to = static_cast<char*>(arena.allocate(36));
  size_t size = 0;
  int digits = 0;
  bool hyphen_allowed = false;
  for (char c : text) {
    if (c == '-' && hyphen_allowed) {
      hyphen_allowed = false;
      continue;
    }
    const int value = hex_value(c);
    if (value < 0 || digits == 32) return bad();
    if (digits == 8 || digits == 12 || digits == 16 || digits == 20) to[size++] = '-';
    to[size++] = hex_digits[value];
    ++digits;
    hyphen_allowed = digits % 4 == 0 && digits < 32;
  }
  if (digits != 32) return bad();
  return std::string_view(to, size);
}

}  // namespace trivet
