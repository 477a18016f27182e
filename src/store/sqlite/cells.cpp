#include "store/sqlite/cells.h"

#include <sqlite3.h>
#include <sys/uio.h>

#include <algorithm>
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

namespace {

int bind_blobs(sqlite3_stmt* statement, int index, std::span<const Value> values, Arena& scratch) {
  auto* blobs = scratch.allocate_array<iovec>(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    blobs[i] = {};  // NULL
    if (values[i].is_null()) continue;
    const std::string_view bytes = values[i].as_text();
    blobs[i] = {const_cast<char*>(bytes.data() == nullptr ? "" : bytes.data()), bytes.size()};
  }
  return sqlite3_carray_bind(statement, index, blobs, static_cast<int>(values.size()),
                             SQLITE_CARRAY_BLOB, SQLITE_STATIC);
}

bool is_number(Value value) {
  return value.kind() == ValueKind::boolean || value.kind() == ValueKind::integer ||
         value.kind() == ValueKind::floating || value.kind() == ValueKind::numeric;
}

int bind_numbers(sqlite3_stmt* statement, int index, std::span<const Value> values,
                 Arena& scratch) {
  const int count = static_cast<int>(values.size());
  auto* integers = scratch.allocate_array<int64_t>(values.size());
  auto* doubles = scratch.allocate_array<double>(values.size());
  bool integral = true;
  for (int i = 0; i < count; ++i) {
    Number number{true, 0, 0};
    if (values[i].kind() == ValueKind::numeric)
      number = number_of(values[i].as_text());
    else if (values[i].kind() == ValueKind::floating)
      number = {false, 0, values[i].as_floating()};
    else
      number.integer = values[i].as_integer();
    integers[i] = number.integer;
    doubles[i] = number.is_integer ? static_cast<double>(number.integer) : number.floating;
    integral = integral && number.is_integer;
  }
  if (integral)
    return sqlite3_carray_bind(statement, index, integers, count, SQLITE_CARRAY_INT64,
                               SQLITE_STATIC);
  return sqlite3_carray_bind(statement, index, doubles, count, SQLITE_CARRAY_DOUBLE, SQLITE_STATIC);
}

std::string_view list_text(Value value, std::span<char, 64> buffer) {
  switch (value.kind()) {
    case ValueKind::timestamp:
    case ValueKind::date:
    case ValueKind::time:
      return stored_time_text(value, buffer);
    case ValueKind::boolean:
    case ValueKind::integer: {
      const auto printed = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                         value.as_integer());
      return {buffer.data(), static_cast<size_t>(printed.ptr - buffer.data())};
    }
    case ValueKind::floating: {
      const auto printed = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                         value.as_floating());
      return {buffer.data(), static_cast<size_t>(printed.ptr - buffer.data())};
    }
    default:
      return value.as_text();
  }
}

int bind_texts(sqlite3_stmt* statement, int index, std::span<const Value> values, Arena& scratch) {
  auto** texts = scratch.allocate_array<char*>(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    texts[i] = nullptr;
    if (values[i].is_null()) continue;
    char buffer[64];
    const std::string_view text = list_text(values[i], std::span<char, 64>(buffer, 64));
    texts[i] = scratch.allocate_array<char>(text.size() + 1);
    text.copy(texts[i], text.size());
    texts[i][text.size()] = '\0';
  }
  return sqlite3_carray_bind(statement, index, texts, static_cast<int>(values.size()),
                             SQLITE_CARRAY_TEXT, SQLITE_STATIC);
}

}  // namespace

int bind_list(sqlite3_stmt* statement, int index, Value list, Arena& scratch) {
  if (list.is_null()) return sqlite3_bind_null(statement, index);
  const std::span<const Value> values = list.as_list();
  const auto has = [&](auto test) { return std::ranges::any_of(values, test); };
  if (has([](Value value) { return value.kind() == ValueKind::bytes; }))
    return bind_blobs(statement, index, values, scratch);
  // Texts alone can be null; beside a column of numbers SQLite takes them as numbers.
  if (!has(is_number) || has([](Value value) { return value.is_null(); }))
    return bind_texts(statement, index, values, scratch);
  return bind_numbers(statement, index, values, scratch);
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
