#include "store/mysql/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "value/datetime.h"
#include "value/decimal.h"

namespace trivet::store::mysql {

namespace {

constexpr int64_t us_per_minute = 60 * us_per_second;
constexpr int64_t us_per_hour = 60 * us_per_minute;

std::unexpected<Error> damaged(std::string_view what) {
  Error error(ErrorCode::data_corrupted, "the database answered something unreadable");
  error.log_text = "mysql: " + std::string(what);
  return std::unexpected(std::move(error));
}

// Scale of DECIMAL(65,30), Prisma's default column: nobody wrote its trailing zeros.
constexpr size_t prisma_scale = 30;

std::string_view plain_decimal(std::string_view text) {
  const size_t point = text.find('.');
  if (point == text.npos || text.size() - point - 1 < prisma_scale) return text;
  const size_t last = text.find_last_not_of('0');
  return text.substr(0, text[last] == '.' ? last : last + 1);
}

// A number, or the sum and count of an average: 7/2.
result<Value> numeric_value(std::string_view text, Arena& arena) {
  const size_t slash = text.find('/');
  if (slash == text.npos) return Value::numeric(plain_decimal(text));
  int64_t count = 0;
  std::from_chars(text.data() + slash + 1, text.data() + text.size(), count);
  if (count <= 0) return damaged("the average of nothing: " + std::string(text));
  NumericSum sum;
  sum.add_sum(plain_decimal(text.substr(0, slash)), count);
  return Value::numeric(arena.copy(sum.average()));
}

result<Value> value_of_time(const MYSQL_TIME& time, Type type) {
  const int64_t of_day = static_cast<int64_t>(time.hour) * us_per_hour + time.minute * us_per_minute +
                         time.second * us_per_second + static_cast<int64_t>(time.second_part);
  if (type == Type::time || type == Type::timetz) {
    if (time.neg || of_day > us_per_day) return damaged("a TIME that is no time of a day");
    return Value::time(of_day);
  }
  if (time.month == 0 || time.day == 0) return damaged("a date without month or day");
  const int64_t days = days_from_civil(
      {time.year, static_cast<int>(time.month), static_cast<int>(time.day)});
  return type == Type::date ? Value::date(days) : Value::timestamp(days * us_per_day + of_day);
}

bool is_moment(Type type) {
  return type == Type::timestamp || type == Type::timestamptz || type == Type::date ||
         type == Type::time || type == Type::timetz;
}

bool is_integer(Type type) {
  return type == Type::boolean || type == Type::int2 || type == Type::int4 || type == Type::int8;
}

bool is_floating(Type type) { return type == Type::float4 || type == Type::float8; }

result<Value> text_value(std::string_view bytes, Type type, Arena& arena) {
  switch (type) {
    case Type::numeric:
      return numeric_value(bytes, arena);
    case Type::bytea:
      return Value::bytes(bytes);
    case Type::json:
    case Type::jsonb:
      return Value::json(bytes);
    default:
      return Value::text(bytes);
  }
}

Value floating_value(double number, Type type) {
  return Value::floating(type == Type::float4 ? static_cast<float>(number) : number);
}

// One column of a result, and where its cells come to lie.
struct Column {
  Type type = Type::unknown;
  int64_t integer = 0;
  double floating = 0;
  MYSQL_TIME time{};
  unsigned long length = 0;
  my_bool is_null = 0;
  my_bool error = 0;

  void bind(MYSQL_BIND& to) {
    to.is_null = &is_null;
    to.error = &error;
    to.length = &length;
    if (is_integer(type)) {
      to.buffer_type = MYSQL_TYPE_LONGLONG;
      to.buffer = &integer;
    } else if (is_floating(type)) {
      to.buffer_type = MYSQL_TYPE_DOUBLE;
      to.buffer = &floating;
    } else if (is_moment(type)) {
      const bool time_only = type == Type::time || type == Type::timetz;
      to.buffer_type = time_only            ? MYSQL_TYPE_TIME
                       : type == Type::date ? MYSQL_TYPE_DATE
                                            : MYSQL_TYPE_DATETIME;
      to.buffer = &time;
      to.buffer_length = sizeof(time);
    } else {
      to.buffer_type = type == Type::bytea ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
      to.buffer = nullptr;  // its length first
      to.buffer_length = 0;
    }
  }

  result<Value> take(MYSQL_STMT& statement, unsigned index, Arena& arena) {
    if (is_null != 0) return Value();
    if (type == Type::boolean) return Value::boolean(integer != 0);
    if (is_integer(type)) return Value::integer(integer);
    if (is_floating(type)) return floating_value(floating, type);
    if (is_moment(type)) return value_of_time(time, type);
    char* bytes = static_cast<char*>(arena.allocate(length + 1));
    MYSQL_BIND whole{};
    unsigned long got = 0;
    whole.buffer_type = type == Type::bytea ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
    whole.buffer = bytes;
    whole.buffer_length = length;
    whole.length = &got;
    if (length > 0 && mysql_stmt_fetch_column(&statement, &whole, index, 0) != 0)
      return damaged("a column that can't be fetched");
    return text_value({bytes, length}, type, arena);
  }
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

result<std::string_view> bytes_of_hex(std::string_view hex, Arena& arena) {
  char* bytes = static_cast<char*>(arena.allocate(hex.size() / 2 + 1));
  if (hex.size() % 2 != 0) return damaged("half a byte");
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return damaged("hexadecimal digits");
    bytes[i / 2] = static_cast<char>(high << 4 | low);
  }
  return std::string_view(bytes, hex.size() / 2);
}

// 2024-01-02 03:04:05[.678]: SQL's own form.
result<Value> parse_moment(std::string_view text, Type type) {
  MYSQL_TIME time{};
  size_t at = 0;
  const auto number = [&](size_t digits) -> unsigned {
    unsigned value = 0;
    for (size_t end = std::min(at + digits, text.size()); at < end; ++at) {
      if (text[at] < '0' || text[at] > '9') return value;
      value = value * 10 + static_cast<unsigned>(text[at] - '0');
    }
    return value;
  };
  const auto take = [&](char c) {
    if (at >= text.size() || text[at] != c) return false;
    ++at;
    return true;
  };
  bool good = true;
  const bool has_date = type != Type::time && type != Type::timetz;
  if (has_date) {
    time.year = number(4);
    good = take('-');
    time.month = number(2);
    good = good && take('-');
    time.day = number(2);
  }
  if (type != Type::date) {
    if (has_date) good = good && take(' ');
    time.hour = number(3);
    good = good && take(':');
    time.minute = number(2);
    good = good && take(':');
    time.second = number(2);
    if (take('.')) {
      const size_t start = at;
      time.second_part = number(6);
      for (size_t digits = at - start; digits < 6; ++digits) time.second_part *= 10;
    }
  }
  if (!good || at != text.size()) return damaged("a date or time: " + std::string(text));
  return value_of_time(time, type);
}

}  // namespace

result<void> ParameterBuffer::moment(MYSQL_BIND& binding, Value value) {
  MYSQL_TIME& time = times_.emplace_back();
  std::memset(&time, 0, sizeof(time));
  binding.buffer = &time;
  binding.buffer_length = sizeof(time);
  const bool is_date = value.kind() == ValueKind::date;
  const bool is_time = value.kind() == ValueKind::time;
  const int64_t number = value.as_integer();
  int64_t days = 0;
  int64_t us = number;
  if (is_date) {
    days = number;
    us = 0;
  } else if (!is_time) {
    days = number / us_per_day - (number % us_per_day < 0 ? 1 : 0);
    us = number - days * us_per_day;
  }
  if (!is_time) {
    static const int64_t first = days_from_civil({1, 1, 1});
    static const int64_t last = days_from_civil({9999, 12, 31});
    if (days < first || days > last)
      return fail(ErrorCode::datetime_out_of_range, "date or time out of range",
                  "MariaDB keeps the years 1 to 9999.");
    const CivilDate date = civil_from_days(days);
    time.year = static_cast<unsigned>(date.year);
    time.month = static_cast<unsigned>(date.month);
    time.day = static_cast<unsigned>(date.day);
  }
  time.hour = static_cast<unsigned>(us / us_per_hour);
  time.minute = static_cast<unsigned>(us / us_per_minute % 60);
  time.second = static_cast<unsigned>(us / us_per_second % 60);
  time.second_part = static_cast<unsigned long>(us % us_per_second);
  time.time_type = is_date   ? MYSQL_TIMESTAMP_DATE
                   : is_time ? MYSQL_TIMESTAMP_TIME
                             : MYSQL_TIMESTAMP_DATETIME;
  binding.buffer_type = is_date   ? MYSQL_TYPE_DATE
                        : is_time ? MYSQL_TYPE_TIME
                                  : MYSQL_TYPE_DATETIME;
  return {};
}

result<void> ParameterBuffer::fill(std::span<const Value> values) {
  bindings_.assign(std::max<size_t>(values.size(), 1), MYSQL_BIND{});
  for (size_t i = 0; i < values.size(); ++i) {
    MYSQL_BIND& binding = bindings_[i];
    const Value& value = values[i];
    switch (value.kind()) {
      case ValueKind::null:
        binding.buffer_type = MYSQL_TYPE_NULL;
        break;
      case ValueKind::boolean:
      case ValueKind::integer:
        binding.buffer_type = MYSQL_TYPE_LONGLONG;
        binding.buffer = &integers_.emplace_back(value.as_integer());
        break;
      case ValueKind::floating:
        if (!std::isfinite(value.as_floating()))
          return fail(ErrorCode::number_out_of_range, "number out of range",
                      "MariaDB has no NaN and no infinity.");
        binding.buffer_type = MYSQL_TYPE_DOUBLE;
        binding.buffer = &floatings_.emplace_back(value.as_floating());
        break;
      case ValueKind::timestamp:
      case ValueKind::date:
      case ValueKind::time:
        TRIVET_CHECK(moment(binding, value));
        break;
      case ValueKind::numeric:
      case ValueKind::text:
      case ValueKind::json:
      case ValueKind::bytes: {
        const std::string_view text = value.as_text();
        if (value.kind() == ValueKind::numeric && text.find_first_not_of("-0123456789.") != text.npos)
          return fail(ErrorCode::number_out_of_range, "number out of range",
                      "MariaDB has no NaN and no infinity.");
        binding.buffer_type = value.kind() == ValueKind::numeric ? MYSQL_TYPE_NEWDECIMAL
                              : value.kind() == ValueKind::bytes ? MYSQL_TYPE_BLOB
                                                                 : MYSQL_TYPE_STRING;
        static char nothing = 0;
        binding.buffer = text.empty() ? &nothing : const_cast<char*>(text.data());
        binding.buffer_length = text.size();
        break;
      }
      default:
        TRIVET_ASSERT(!"a value that no column holds");
    }
  }
  return {};
}

result<void> fetch_rows(MYSQL_STMT& statement, std::span<const Type> columns, Arena& arena,
                        Answer& answer) {
  if (columns.size() != mysql_stmt_field_count(&statement))
    return damaged("rows of another shape than asked for");
  std::vector<Column> cells(columns.size());
  std::vector<MYSQL_BIND> bindings(columns.size(), MYSQL_BIND{});
  for (size_t i = 0; i < columns.size(); ++i) {
    cells[i].type = columns[i];
    cells[i].bind(bindings[i]);
  }
  if (mysql_stmt_bind_result(&statement, bindings.data()) != 0)
    return damaged(mysql_stmt_error(&statement));
  answer.cells.reserve(columns.size() * mysql_stmt_num_rows(&statement));
  for (;;) {
    const int fetched = mysql_stmt_fetch(&statement);
    if (fetched == MYSQL_NO_DATA) return {};
    if (fetched != 0 && fetched != MYSQL_DATA_TRUNCATED) return damaged(mysql_stmt_error(&statement));
    for (size_t i = 0; i < columns.size(); ++i) {
      if ((is_integer(columns[i]) || is_floating(columns[i])) && cells[i].error != 0)
        return fail(ErrorCode::number_out_of_range,
                    std::string(type_display_name(columns[i])) + " out of range");
      TRIVET_TRY(const Value cell, cells[i].take(statement, static_cast<unsigned>(i), arena));
      answer.cells.push_back(cell);
    }
    ++answer.rows;
  }
}

result<Value> parse_value(std::string_view text, Type type, Arena& arena) {
  if (is_integer(type)) {
    int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size())
      return damaged("a whole number: " + std::string(text));
    return type == Type::boolean ? Value::boolean(number != 0) : Value::integer(number);
  }
  if (is_floating(type)) {
    double number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end != text.data() + text.size() ||
        (problem != std::errc() && problem != std::errc::result_out_of_range))
      return damaged("a number: " + std::string(text));
    return floating_value(number, type);
  }
  if (is_moment(type)) return parse_moment(text, type);
  if (type == Type::numeric) return numeric_value(arena.copy(text), arena);
  TRIVET_TRY(const std::string_view bytes, bytes_of_hex(text, arena));
  return text_value(bytes, type, arena);
}

}  // namespace trivet::store::mysql
