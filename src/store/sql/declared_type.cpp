#include "store/sql/declared_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

namespace trivet::store::sql {

namespace {

using schema::ScalarType;

// Lower case, one blank between words, no arguments: "Double  Precision (5)" → "double precision".
std::string words_of(std::string_view declared) {
  std::string words;
  int depth = 0;
  for (const char c : declared) {
    if (c == '(') ++depth;
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (depth == 0 && blank && !words.empty() && words.back() != ' ') words += ' ';
    if (depth == 0 && !blank)
      words += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == ')' && depth > 0) --depth;
  }
  while (words.ends_with(' ')) words.pop_back();
  return words;
}

constexpr std::array<std::pair<std::string_view, ScalarType>, 50> words_table = {{
    {"int", ScalarType::int_},
    {"integer", ScalarType::int_},
    {"int2", ScalarType::int_},
    {"int4", ScalarType::int_},
    {"tinyint", ScalarType::int_},
    {"smallint", ScalarType::int_},
    {"mediumint", ScalarType::int_},
    {"serial", ScalarType::int_},
    {"integer unsigned", ScalarType::int_},
    {"smallint unsigned", ScalarType::int_},
    {"bigint", ScalarType::bigint},
    {"int8", ScalarType::bigint},
    {"bigserial", ScalarType::bigint},
    {"bigint unsigned", ScalarType::bigint},
    {"unsigned big int", ScalarType::bigint},
    {"real", ScalarType::float_},
    {"float", ScalarType::float_},
    {"float4", ScalarType::float_},
    {"float8", ScalarType::float_},
    {"double", ScalarType::float_},
    {"double precision", ScalarType::float_},
    {"boolean", ScalarType::boolean},
    {"bool", ScalarType::boolean},
    {"date", ScalarType::datetime},
    {"datetime", ScalarType::datetime},
    {"timestamp", ScalarType::datetime},
    {"timestamptz", ScalarType::datetime},
    {"timestamp with time zone", ScalarType::datetime},
    {"timestamp without time zone", ScalarType::datetime},
    {"text", ScalarType::string},
    {"tinytext", ScalarType::string},
    {"mediumtext", ScalarType::string},
    {"longtext", ScalarType::string},
    {"citext", ScalarType::string},
    {"clob", ScalarType::string},
    {"string", ScalarType::string},
    {"uuid", ScalarType::string},
    {"guid", ScalarType::string},
    {"uniqueidentifier", ScalarType::string},
    {"time", ScalarType::string},
    {"money", ScalarType::decimal},
    {"json", ScalarType::json},
    {"jsonb", ScalarType::json},
    {"blob", ScalarType::bytes},
    {"tinyblob", ScalarType::bytes},
    {"mediumblob", ScalarType::bytes},
    {"longblob", ScalarType::bytes},
    {"binary", ScalarType::bytes},
    {"varbinary", ScalarType::bytes},
    {"bytea", ScalarType::bytes},
}};

// "TINYINT(1)", what MySQL and Laravel call a boolean.
bool is_tiny_boolean(std::string_view declared, std::string_view words) {
  if (words != "tinyint") return false;
  std::string squeezed;
  for (const char c : declared)
    if (std::isspace(static_cast<unsigned char>(c)) == 0) squeezed += c;
  return squeezed.ends_with("(1)");
}

bool is_integer(ScalarType type) { return type == ScalarType::int_ || type == ScalarType::bigint; }

}  // namespace

ScalarType scalar_of_declared(std::string_view declared) {
  const std::string words = words_of(declared);
  if (is_tiny_boolean(declared, words)) return ScalarType::boolean;
  const auto* const found = std::ranges::find(words_table, std::string_view(words),
                                              &decltype(words_table)::value_type::first);
  if (found != words_table.end()) return found->second;
  if (words.find("char") != words.npos) return ScalarType::string;
  if (words.find("numeric") != words.npos || words.find("decimal") != words.npos)
    return ScalarType::decimal;
  return ScalarType::unsupported;
}

bool same_declared_type(std::string_view left, std::string_view right) {
  const ScalarType one = scalar_of_declared(left);
  const ScalarType other = scalar_of_declared(right);
  if (is_integer(one) && is_integer(other)) return true;
  if (one != ScalarType::unsupported) return one == other;
  return other == ScalarType::unsupported && words_of(left) == words_of(right);
}

}  // namespace trivet::store::sql
