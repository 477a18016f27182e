#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>

#include "store/introspect/sqlite.h"
#include "store/sql/ddl.h"
#include "value/json_reader.h"

namespace trivet::store::introspect {

namespace {

using schema::DefaultKind;
using schema::ScalarType;

std::optional<std::string> text_of(std::string_view sql) {
  if (sql.size() < 2 || sql.front() != '\'' || sql.back() != '\'') return std::nullopt;
  std::string text;
  for (size_t i = 1; i + 1 < sql.size(); ++i) {
    if (sql[i] == '\'' && (sql[i + 1] != '\'' || ++i + 1 >= sql.size())) return std::nullopt;
    text += sql[i];
  }
  return text;
}

// A number as the schema's language writes them: no exponent, no plus.
std::optional<std::string> number_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  const size_t point = digits.find('.');
  const auto all_digits = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  const bool good = point == digits.npos ? all_digits(digits)
                                         : all_digits(digits.substr(0, point)) &&
                                               all_digits(digits.substr(point + 1));
  return good ? std::optional<std::string>(text) : std::nullopt;
}

template <class Integer>
bool fits(std::string_view text) {
  Integer value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

std::optional<std::string> boolean_of(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (text == "1" || text == "true") return "true";
  if (text == "0" || text == "false") return "false";
  return std::nullopt;
}

std::optional<std::string> literal_of(ScalarType type, const std::string& sql) {
  const std::optional<std::string> text = text_of(sql);
  const std::optional<std::string> number = number_of(text ? *text : sql);
  switch (type) {
    case ScalarType::string:
      if (text) return text;
      return number && number->find('.') == number->npos ? number : std::nullopt;
    case ScalarType::int_:
      return number && fits<int32_t>(*number) ? number : std::nullopt;
    case ScalarType::bigint:
      return number && fits<int64_t>(*number) ? number : std::nullopt;
    case ScalarType::float_:
    case ScalarType::decimal:
      return number;
    case ScalarType::boolean:
      return boolean_of(text && number ? *text : sql);
    case ScalarType::json:
      return text && parse_json(*text, 64) ? text : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

LiveDefault sqlite_default(ScalarType type, const std::string& default_sql) {
  LiveDefault value;
  value.sql = default_sql;
  if (default_sql.empty()) return value;
  value.kind = DefaultKind::dbgenerated;
  if (type == ScalarType::datetime && sql::same_default(default_sql, "CURRENT_TIMESTAMP")) {
    value.kind = DefaultKind::now;
  } else if (auto literal = literal_of(type, default_sql)) {
    value.kind = DefaultKind::literal;
    value.text = *std::move(literal);
  }
  return value;
}

}  // namespace trivet::store::introspect
