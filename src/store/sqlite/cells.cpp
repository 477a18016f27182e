#include "store/sqlite/cells.h"

#include <sqlite3.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>

#include "value/datetime.h"
#include "value/decimal.h"

namespace trivet::store::sqlite {

namespace {

int bind_text(sqlite3_stmt* statement, int index, std::string_view text) {
  // A null pointer would bind NULL.
  const char* data = text.data() == nullptr ? "" : text.data();
  return sqlite3_bind_text64(statement, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

int bind_number(sqlite3_stmt* statement, int index, std::string_view numeric) {
  const Number number = number_of(numeric);
  if (number.is_integer) return sqlite3_bind_int64(statement, index, number.integer);
  // NaN has no stored form; as text it sorts above all numbers, which is PostgreSQL's order.
  if (std::isnan(number.floating)) return bind_text(statement, index, numeric);
  return sqlite3_bind_double(statement, index, number.floating);
}

// A document that is a number, as jsonb prints it.
int bind_json_number(sqlite3_stmt* statement, int index, std::string_view text) {
  const char* end = text.data() + text.size();
  int64_t integer = 0;
  const auto whole = std::from_chars(text.data(), end, integer);
  if (whole.ec == std::errc{} && whole.ptr == end && text != "-0")
    return sqlite3_bind_int64(statement, index, integer);
  double number = 0;
  const auto parsed = std::from_chars(text.data(), end, number);
  std::string printed;
  if (parsed.ec == std::errc{} && parsed.ptr == end) append_json_double(printed, number);
  if (printed == text) return sqlite3_bind_double(statement, index, number);
  return sqlite3_bind_blob64(statement, index, text.data(), text.size(), SQLITE_STATIC);
}

int bind_json(sqlite3_stmt* statement, int index, std::string_view text) {
  const bool number = !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
  return number ? bind_json_number(statement, index, text) : bind_text(statement, index, text);
}

}  // namespace

void append_json_double(std::string& out, double number) {
  char buffer[32];
  const auto printed = std::to_chars(std::begin(buffer), std::end(buffer), number);
  append_json_number(out, {buffer, static_cast<size_t>(printed.ptr - buffer)});
}

Number number_of(std::string_view numeric) {
  Number number;
  const char* end = numeric.data() + numeric.size();
  const auto parsed = std::from_chars(numeric.data(), end, number.integer);
  number.is_integer = parsed.ec == std::errc{} && parsed.ptr == end;
  if (!number.is_integer) number.floating = numeric_to_double(numeric);
  return number;
}

bool is_stored_exactly(std::string_view numeric) {
  return numeric.find_first_of("NI") == std::string_view::npos &&
         strip_numeric_zeros(numeric) == numeric &&
         count_significant_digits(numeric) <= decimal_digits;
}

std::string_view stored_time_text(Value value, std::span<char, 64> buffer) {
  std::string text;  // short: stays in the string's own buffer but for timestamps
  switch (value.kind()) {
    case ValueKind::timestamp:
      append_stored_timestamp(text, value.as_integer());
      break;
    case ValueKind::date:
      append_date(text, value.as_integer());
      break;
    default:
      append_time(text, value.as_integer());
      break;
  }
  const size_t size = text.copy(buffer.data(), buffer.size());
  return {buffer.data(), size};
}

int bind_value(sqlite3_stmt* statement, int index, Value value, Arena& scratch) {
  switch (value.kind()) {
    case ValueKind::null:
      return sqlite3_bind_null(statement, index);
    case ValueKind::boolean:
      return sqlite3_bind_int(statement, index, value.as_boolean() ? 1 : 0);
    case ValueKind::integer:
      return sqlite3_bind_int64(statement, index, value.as_integer());
    case ValueKind::floating:
      return sqlite3_bind_double(statement, index, value.as_floating());
    case ValueKind::numeric:
      return bind_number(statement, index, value.as_text());
    case ValueKind::text:
      return bind_text(statement, index, value.as_text());
    case ValueKind::json:
      return bind_json(statement, index, value.as_text());
    case ValueKind::bytes:
      if (value.as_text().empty()) return sqlite3_bind_zeroblob(statement, index, 0);
      return sqlite3_bind_blob64(statement, index, value.as_text().data(), value.as_text().size(),
                                 SQLITE_STATIC);
    case ValueKind::timestamp:
    case ValueKind::date:
    case ValueKind::time: {
      char* buffer = scratch.allocate_array<char>(64);
      return bind_text(statement, index, stored_time_text(value, std::span<char, 64>(buffer, 64)));
    }
    default:
      break;
  }
  TRIVET_ASSERT(!"a value that the engine resolves before a store sees it");
}

int bind_list(sqlite3_stmt* statement, int index, Value list, Arena& scratch) {
  if (list.is_null()) return sqlite3_bind_null(statement, index);
  const std::span<const Value> values = list.as_list();
  auto* integers = scratch.allocate_array<int64_t>(values.size());
  auto* doubles = scratch.allocate_array<double>(values.size());
  auto** texts = scratch.allocate_array<char*>(values.size());
  int count = 0;
  bool integral = true;
  bool textual = false;
  for (const Value& value : values) {
    if (value.is_null()) continue;
    switch (value.kind()) {
      case ValueKind::boolean:
      case ValueKind::integer:
        integers[count] = value.as_integer();
        doubles[count] = static_cast<double>(value.as_integer());
        break;
      case ValueKind::floating:
        doubles[count] = value.as_floating();
        integral = false;
        break;
      case ValueKind::numeric: {
        const Number number = number_of(value.as_text());
        integers[count] = number.integer;
        doubles[count] = number.is_integer ? static_cast<double>(number.integer) : number.floating;
        integral = integral && number.is_integer;
        break;
      }
      default: {
        textual = true;
        char buffer[64];
        const bool instant = value.kind() == ValueKind::timestamp ||
                             value.kind() == ValueKind::date || value.kind() == ValueKind::time;
        const std::string_view text =
            instant ? stored_time_text(value, std::span<char, 64>(buffer, 64)) : value.as_text();
        texts[count] = scratch.allocate_array<char>(text.size() + 1);
        text.copy(texts[count], text.size());
        texts[count][text.size()] = '\0';
      }
    }
    ++count;
  }
  if (textual)
    return sqlite3_carray_bind(statement, index, texts, count, SQLITE_CARRAY_TEXT, SQLITE_STATIC);
  if (integral)
    return sqlite3_carray_bind(statement, index, integers, count, SQLITE_CARRAY_INT64,
                               SQLITE_STATIC);
  return sqlite3_carray_bind(statement, index, doubles, count, SQLITE_CARRAY_DOUBLE, SQLITE_STATIC);
}

int bind_row_ids(sqlite3_stmt* statement, int index, std::span<const int64_t> ids) {
  return sqlite3_carray_bind(statement, index, const_cast<int64_t*>(ids.data()),
                             static_cast<int>(ids.size()), SQLITE_CARRAY_INT64, SQLITE_STATIC);
}

result<void> check_storable(Value value) {
  switch (value.kind()) {
    case ValueKind::numeric: {
      const std::string_view text = value.as_text();
      int64_t whole = 0;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), whole);
      if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size()) return {};
      const bool finite = text.find_first_of("NI") == std::string_view::npos;
      if (finite && count_significant_digits(text) <= decimal_digits) return {};
      return fail(ErrorCode::number_out_of_range, "numeric field overflow",
                  finite
                      ? "The sqlite store keeps " + std::to_string(decimal_digits) +
                            " significant digits exactly, \"" + std::string(text) + "\" has more."
                      : "The sqlite store has no form for " + std::string(text) + ".");
    }
    case ValueKind::floating:
      if (!std::isnan(value.as_floating())) return {};
      return fail(ErrorCode::number_out_of_range,
                  "value \"NaN\" is out of range for type double precision",
                  "The sqlite store has no form for NaN.");
    default:
      return {};
  }
}

}  // namespace trivet::store::sqlite
