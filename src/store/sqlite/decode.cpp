#include <sqlite3.h>

#include <cstdio>
#include <string>

#include "store/sqlite/cells.h"
#include "value/datetime.h"
#include "value/decimal.h"

namespace trivet::store::sqlite {

namespace {

std::string_view text_of(sqlite3_value* cell) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(cell));
  return {text, static_cast<size_t>(sqlite3_value_bytes(cell))};
}

std::unexpected<Error> corrupt(Type type, std::string_view found) {
  auto failed =
      fail(ErrorCode::data_corrupted, "a stored value does not fit the type of its column",
           "The column is of type " + std::string(type_display_name(type)) + ".");
  failed.error().log_text = "found: " + std::string(found.substr(0, 200));
  return failed;
}

result<Value> decode_integer(sqlite3_value* cell, Type type) {
  const int stored = sqlite3_value_type(cell);
  if (stored == SQLITE_INTEGER) return Value::integer(sqlite3_value_int64(cell));
  if (stored == SQLITE_FLOAT) {
    const double number = sqlite3_value_double(cell);
    if (number >= -9.2e18 && number <= 9.2e18 &&
        static_cast<double>(static_cast<int64_t>(number)) == number)
      return Value::integer(static_cast<int64_t>(number));
  }
  return corrupt(type, text_of(cell));
}

result<Value> decode_time(sqlite3_value* cell, Type type) {
  const bool instant = type == Type::timestamp || type == Type::timestamptz;
  if (sqlite3_value_type(cell) == SQLITE_INTEGER) {
    const int64_t us = timestamp_from_epoch_ms(sqlite3_value_int64(cell));
    if (instant) return Value::timestamp(us);
    int64_t days = us / us_per_day;
    if (us % us_per_day < 0) --days;
    return type == Type::date ? Value::date(days) : Value::time(us - days * us_per_day);
  }
  const std::string_view text = text_of(cell);
  if (instant) {
    if (const auto us = parse_stored_timestamp(text)) return Value::timestamp(*us);
  } else if (type == Type::date) {
    if (const auto days = parse_stored_date(text)) return Value::date(*days);
  } else {
    if (const auto us = parse_stored_time(text)) return Value::time(*us);
  }
  return corrupt(type, text);
}

}  // namespace

std::string_view json_text(sqlite3_value* cell, std::string& buffer) {
  if (sqlite3_value_type(cell) != SQLITE_FLOAT) return text_of(cell);
  buffer.clear();
  append_json_double(buffer, sqlite3_value_double(cell));
  return buffer;
}

std::string_view numeric_text(sqlite3_value* cell, Arena& arena) {
  if (sqlite3_value_type(cell) == SQLITE_FLOAT) {
    // As many digits as are exact; parse_numeric expands the exponent.
    char buffer[40];
    const int size =
        std::snprintf(buffer, sizeof buffer, "%.*g", decimal_digits, sqlite3_value_double(cell));
    const auto parsed = parse_numeric({buffer, static_cast<size_t>(size)}, arena);
    return parsed ? arena.copy(*parsed) : std::string_view("NaN");
  }
  const auto parsed = parse_numeric(text_of(cell), arena);
  return parsed ? arena.copy(*parsed) : std::string_view();
}

result<Value> decode_cell(sqlite3_value* cell, Type type, Arena& arena) {
  const int stored = sqlite3_value_type(cell);
  if (stored == SQLITE_NULL) return Value::null();
  switch (type) {
    case Type::int2:
    case Type::int4:
    case Type::int8:
      return decode_integer(cell, type);
    case Type::boolean:
      if (stored == SQLITE_INTEGER) return Value::boolean(sqlite3_value_int64(cell) != 0);
      return corrupt(type, text_of(cell));
    case Type::float4:
    case Type::float8:
      if (stored == SQLITE_FLOAT || stored == SQLITE_INTEGER)
        return Value::floating(sqlite3_value_double(cell));
      return corrupt(type, text_of(cell));
    case Type::numeric: {
      const std::string_view text = numeric_text(cell, arena);
      if (text.empty()) return corrupt(type, text_of(cell));
      return Value::numeric(text);
    }
    case Type::timestamp:
    case Type::timestamptz:
    case Type::date:
    case Type::time:
    case Type::timetz:
      return decode_time(cell, type);
    case Type::bytea: {
      const auto* bytes = static_cast<const char*>(sqlite3_value_blob(cell));
      return Value::bytes(arena.copy({bytes, static_cast<size_t>(sqlite3_value_bytes(cell))}));
    }
    case Type::json:
    case Type::jsonb: {
      std::string buffer;
      return Value::json(arena.copy(json_text(cell, buffer)));
    }
    default:
      return Value::text(arena.copy(text_of(cell)));
  }
}

}  // namespace trivet::store::sqlite
