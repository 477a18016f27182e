#include <algorithm>
#include <array>
#include <optional>

#include "base/unicode.h"
#include "value/datetime.h"
#include "value/zone.h"

namespace trivet {
namespace {

constexpr int64_t year_max = 5'874'897;
constexpr int64_t days_min = -2'440'588;  // 4714-11-24 BC, Julian day 0
// 294246-12-31: what 64 bits hold, less room for an offset either way.
constexpr int64_t timestamp_days_max = 106'751'980;
constexpr int64_t postgres_epoch_us = 946'684'800 * us_per_second;  // 2000-01-01

constexpr bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

bool equals_word(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, [](char a, char b) { return lower_ascii(a) == b; });
}

bool equals_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return equals_word(text, word); });
}

int days_in_month(int64_t year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return days[static_cast<size_t>(month - 1)] + (month == 2 && leap);
}

// What a literal turned out to hold.
struct Parts {
  bool has_date = false;
  bool has_time = false;
  bool has_offset = false;
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
  int64_t us = 0;      // of the day; up to and including 24:00
  int32_t offset = 0;  // seconds east
  bool before_christ = false;
  std::shared_ptr<const Zone> zone;  // a named one
};

enum class Fault : uint8_t { none, syntax, field, date_order, displacement, zone };

// Reads one literal from left to right: [date] [T] [time] [offset or zone] [BC].
class LiteralScanner {
 public:
  explicit LiteralScanner(std::string_view text) : text_(text) {}

  Fault scan(Parts& parts) {
    for (auto step : {&LiteralScanner::scan_date, &LiteralScanner::scan_time,
                      &LiteralScanner::scan_zone, &LiteralScanner::scan_era}) {
      if (const Fault fault = (this->*step)(parts); fault != Fault::none) return fault;
    }
    skip_space();
    if (at_ != text_.size() || (!parts.has_date && !parts.has_time)) return Fault::syntax;
    return parts.has_date ? check_date(parts) : Fault::none;
  }

  [[nodiscard]] std::string_view zone_name() const { return zone_name_; }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_space() {
    while (is_space(peek())) ++at_;
  }
  size_t digits_ahead() const {
    size_t count = 0;
    while (is_digit(peek(count))) ++count;
    return count;
  }
  int64_t take(size_t digits) {
    int64_t value = 0;
    for (; digits > 0; --digits) value = value * 10 + (text_[at_++] - '0');
    return value;
  }

  Fault scan_date(Parts& parts) {
    const size_t digits = digits_ahead();
    const char behind = peek(digits);
    if (digits == 8 && behind != ':' && behind != '-' && behind != '/' && behind != '.') {
      parts.year = take(4);
      parts.month = take(2);
      parts.day = take(2);
    } else if (digits > 0 && (behind == '-' || behind == '/' || has_two_points(digits))) {
      if (digits > 7) return Fault::field;
      if (digits < 3) return Fault::date_order;
      parts.year = take(digits);
      ++at_;
      if (!scan_month_and_day(parts, behind)) return Fault::syntax;
    } else {
      return Fault::none;
    }
    parts.has_date = true;
    return Fault::none;
  }

  // 2024.01.31, not 123456.5
  bool has_two_points(size_t digits) const {
    size_t at = digits + 1;
    while (is_digit(peek(at))) ++at;
    return digits < 6 && peek(digits) == '.' && at > digits + 1 && peek(at) == '.';
  }

  bool scan_month_and_day(Parts& parts, char separator) {
    size_t digits = digits_ahead();
    if (digits == 0 || digits > 2 || peek(digits) != separator) return false;
    parts.month = take(digits);
    ++at_;
    digits = digits_ahead();
    if (digits == 0 || digits > 2) return false;
    parts.day = take(digits);
    return true;
  }

  Fault scan_time(Parts& parts) {
    const size_t before = at_;
    bool marked = false;
    if (parts.has_date) {
      marked = (peek() | 0x20) == 't' && is_digit(peek(1));
      if (marked) {
        ++at_;
      } else {
        skip_space();
      }
      if (at_ == before) return Fault::none;
    }
    const size_t digits = digits_ahead();
    if (digits == 0) return Fault::none;
    int64_t hour = 0, minute = 0, second = 0;
    int fields = 3;
    if (digits <= 2 && peek(digits) == ':') {
      hour = take(digits);
      if (!take_colon_field(minute)) return Fault::syntax;
      fields = peek() == ':' ? 3 : 2;
      if (fields == 3 && !take_colon_field(second)) return Fault::syntax;
    } else if (digits == 6 || (digits == 4 && marked)) {
      hour = take(2);
      minute = take(2);
      second = digits == 6 ? take(2) : 0;
    } else {
      return Fault::syntax;
    }
    int64_t fraction = 0;
    if (peek() == '.') {
      // PostgreSQL reads 23:04.5 as minutes and seconds.
      if (fields == 2) {
        second = minute;
        minute = hour;
        hour = 0;
      }
      fraction = take_fraction();
    }
    return set_time(parts, hour, minute, second, fraction);
  }

  bool take_colon_field(int64_t& field) {
    ++at_;
    const size_t digits = digits_ahead();
    if (digits == 0 || digits > 2) return false;
    field = take(digits);
    return true;
  }

  // Microseconds, rounded half up at the seventh digit.
  int64_t take_fraction() {
    ++at_;
    int64_t us = 0;
    int taken = 0;
    bool up = false;
    for (; is_digit(peek()); ++at_, ++taken) {
      if (taken < 6) us = us * 10 + (peek() - '0');
      if (taken == 6) up = peek() >= '5';
    }
    for (; taken < 6; ++taken) us *= 10;
    return us + up;
  }

  Fault set_time(Parts& parts, int64_t hour, int64_t minute, int64_t second, int64_t fraction) {
    skip_space();
    const char half = static_cast<char>(peek() | 0x20);
    if ((half == 'a' || half == 'p') && (peek(1) | 0x20) == 'm' && !is_letter(peek(2))) {
      at_ += 2;
      if (hour < 1 || hour > 12) return Fault::field;
      hour = hour % 12 + (half == 'p' ? 12 : 0);
    }
    if (hour > 24 || minute > 59 || second > 60) return Fault::field;
    parts.us = (hour * 3600 + minute * 60 + second) * us_per_second + fraction;
    if (hour == 24 && parts.us > us_per_day) return Fault::field;
    parts.has_time = true;
    return Fault::none;
  }

  Fault scan_zone(Parts& parts) {
    const bool glued = !is_space(peek());
    skip_space();
    // 2024-01-31-08 is no date with an offset to PostgreSQL; 2024-01-31+08 is.
    if (glued && peek() == '-' && !parts.has_time) return Fault::syntax;
    if (peek() == '+' || peek() == '-') return scan_offset(parts);
    size_t size = 0;
    while (is_letter(peek(size)) || (size > 0 && (peek(size) == '/' || peek(size) == '_' ||
                                                  peek(size) == '-' || peek(size) == '+'))) {
      ++size;
    }
    const std::string_view name = text_.substr(at_, size);
    if (size == 0 || is_era(name)) return Fault::none;
    zone_name_ = name;
    // Only UTC's short names and Area/City are looked up: a stray word must not cost a search of
    // ICU's list.
    if (!name.contains('/') && !equals_any(name, {"z", "utc", "gmt", "zulu"})) return Fault::syntax;
    parts.zone = find_zone(name);
    if (parts.zone == nullptr) return Fault::zone;
    at_ += size;
    parts.has_offset = true;
    return Fault::none;
  }

  Fault scan_offset(Parts& parts) {
    const int sign = peek() == '-' ? -1 : 1;
    ++at_;
    const size_t digits = digits_ahead();
    int64_t hours = 0, minutes = 0, seconds = 0;
    if (digits == 1 || digits == 2) {
      hours = take(digits);
      if (peek() == ':' && !take_colon_field(minutes)) return Fault::syntax;
      if (peek() == ':' && !take_colon_field(seconds)) return Fault::syntax;
    } else if (digits == 3 || digits == 4) {
      hours = take(digits - 2);
      minutes = take(2);
    } else if (digits == 6) {
      hours = take(2);
      minutes = take(2);
      seconds = take(2);
    } else {
      return Fault::syntax;
    }
    if (hours > 15 || minutes > 59 || seconds > 59) return Fault::displacement;
    parts.offset = static_cast<int32_t>(sign * (hours * 3600 + minutes * 60 + seconds));
    parts.has_offset = true;
    return Fault::none;
  }

  static bool is_era(std::string_view word) {
    return word.size() == 2 && (word[1] | 0x20) == (((word[0] | 0x20) == 'b') ? 'c' : 'd') &&
           ((word[0] | 0x20) == 'b' || (word[0] | 0x20) == 'a');
  }

  Fault scan_era(Parts& parts) {
    skip_space();
    if (!is_letter(peek())) return Fault::none;
    if (!is_era(text_.substr(at_, 2)) || is_letter(peek(2))) return Fault::syntax;
    parts.before_christ = (peek() | 0x20) == 'b';
    at_ += 2;
    return Fault::none;
  }

  static Fault check_date(Parts& parts) {
    if (parts.year == 0) return Fault::field;
    if (parts.before_christ) parts.year = 1 - parts.year;
    if (parts.month < 1 || parts.month > 12) return Fault::date_order;
    const auto month = static_cast<int>(parts.month);
    if (parts.day < 1 || parts.day > 31) return Fault::date_order;
    return parts.day > days_in_month(parts.year, month) ? Fault::field : Fault::none;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string_view zone_name_;
};

// The names in PostgreSQL's input errors, without "without time zone".
std::string_view input_type_name(Type type) {
  switch (type) {
    case Type::date:
      return "date";
    case Type::time:
      return "time";
    case Type::timetz:
      return "time with time zone";
    case Type::timestamptz:
      return "timestamp with time zone";
    default:
      return "timestamp";
  }
}

std::string quote(std::string_view literal) { return "\"" + std::string(literal) + "\""; }

std::unexpected<Error> bad_syntax(std::string_view literal, Type type) {
  return fail(ErrorCode::bad_datetime_format, "invalid input syntax for type " +
                                                  std::string(input_type_name(type)) + ": " +
                                                  quote(literal));
}

std::unexpected<Error> out_of_range(std::string_view what, std::string_view literal) {
  return fail(ErrorCode::datetime_out_of_range,
              std::string(what) + " out of range: " + quote(literal));
}

std::unexpected<Error> explain(Fault fault, std::string_view literal, Type type,
                               std::string_view zone_name) {
  switch (fault) {
    case Fault::field:
      return out_of_range("date/time field value", literal);
    case Fault::date_order:
      return fail(ErrorCode::datetime_out_of_range,
                  "date/time field value out of range: " + quote(literal), {},
                  "Perhaps you need a different \"datestyle\" setting.");
    case Fault::displacement:
      return fail(ErrorCode::bad_zone_displacement,
                  "time zone displacement out of range: " + quote(literal));
    case Fault::zone:
      return fail(ErrorCode::bad_parameter,
                  "time zone " + quote(lower_ascii(zone_name)) + " not recognized");
    default:
      return bad_syntax(literal, type);
  }
}

int64_t floor_day(int64_t us) {
  const int64_t rest = us % us_per_day;
  return us - rest - (rest < 0 ? us_per_day : 0);
}

// Midnight of a day of the session's zone, as wall time.
int64_t local_midnight(const TimeContext& context, int64_t days_ahead) {
  const int64_t now = *context.now_us;
  const int64_t local =
      now + (context.zone == nullptr ? 0 : context.zone->offset_at(now) * us_per_second);
  return floor_day(local) + days_ahead * us_per_day;
}

int64_t from_local(int64_t local_us, const Zone* zone) {
  return zone == nullptr ? local_us : local_us - zone->offset_of_local(local_us) * us_per_second;
}

// Wall time of a word that names a moment relative to now.
std::optional<int64_t> relative_word(std::string_view text, const TimeContext& context) {
  if (!context.now_us) return std::nullopt;
  if (equals_word(text, "now")) {
    const int64_t now = *context.now_us;
    return now + (context.zone == nullptr ? 0 : context.zone->offset_at(now) * us_per_second);
  }
  if (equals_word(text, "today")) return local_midnight(context, 0);
  if (equals_word(text, "tomorrow")) return local_midnight(context, 1);
  if (equals_word(text, "yesterday")) return local_midnight(context, -1);
  return std::nullopt;
}

std::optional<int64_t> parse_word(std::string_view text, Type type, const TimeContext& context) {
  const bool time_only = type == Type::time || type == Type::timetz;
  if (!time_only) {
    if (equals_word(text, "infinity")) return timestamp_infinity;
    if (equals_word(text, "-infinity")) return timestamp_minus_infinity;
    if (equals_word(text, "epoch")) return 0;
  } else if (equals_word(text, "allballs")) {
    return 0;
  }
  if (type == Type::timestamptz && context.now_us && equals_word(text, "now")) {
    return context.now_us;
  }
  const std::optional<int64_t> local = relative_word(text, context);
  if (!local) return std::nullopt;
  switch (type) {
    case Type::date:
      return floor_day(*local) / us_per_day;
    case Type::timestamptz:
      return from_local(*local, context.zone);
    case Type::timestamp:
      return *local;
    default:
      return equals_word(text, "now") ? std::optional(*local - floor_day(*local)) : std::nullopt;
  }
}

// timestamp(p): half away from PostgreSQL's zero, which is the year 2000.
int64_t round_to_precision(int64_t us, int precision, int64_t zero) {
  if (precision >= 6) return us;
  constexpr std::array<int64_t, 6> units = {1'000'000, 100'000, 10'000, 1'000, 100, 10};
  const int64_t unit = units[static_cast<size_t>(std::max(precision, 0))];
  const int64_t value = us - zero;
  const int64_t rounded = (value >= 0 ? value + unit / 2 : value - unit / 2) / unit * unit;
  return rounded + zero;
}

result<int64_t> finish_timestamp(const Parts& parts, std::string_view literal, Type type,
                                 const TimeContext& context) {
  const int64_t days =
      days_from_civil({parts.year, static_cast<int>(parts.month), static_cast<int>(parts.day)});
  // Bounded before it is multiplied: a day either way can't overflow after this.
  if (days < days_min || days > timestamp_days_max) return out_of_range("timestamp", literal);
  int64_t us = days * us_per_day + parts.us;
  if (type == Type::timestamptz) {
    if (parts.zone != nullptr) {
      us = from_local(us, parts.zone.get());
    } else {
      us = parts.has_offset ? us - parts.offset * us_per_second : from_local(us, context.zone);
    }
  }
  return round_to_precision(us, context.precision, postgres_epoch_us);
}

result<int64_t> finish_date(const Parts& parts, std::string_view literal) {
  if (parts.year > year_max) return out_of_range("date", literal);
  const int64_t days =
      days_from_civil({parts.year, static_cast<int>(parts.month), static_cast<int>(parts.day)});
  if (days < days_min) return out_of_range("date", literal);
  return days;
}

int64_t finish_time(const Parts& parts, Type type, const TimeContext& context) {
  int64_t us = round_to_precision(parts.us, context.precision, 0);
  if (type == Type::timetz && parts.has_offset) {
    us = (us - parts.offset * us_per_second) % us_per_day;
    if (us < 0) us += us_per_day;
  }
  return us;
}

bool is_time(Type type) { return type == Type::time || type == Type::timetz; }

// The one shape that is read without the scanner's choices. Digits are checked together at the end.
struct Fixed {
  const char* at;
  bool ok = true;
  int64_t two(int offset) {
    const auto tens = static_cast<unsigned>(at[offset] - '0');
    const auto units = static_cast<unsigned>(at[offset + 1] - '0');
    ok = ok && tens < 10 && units < 10;
    return tens * 10 + units;
  }
};

std::optional<int32_t> parse_fast_offset(std::string_view rest) {
  if (rest.empty() || rest == "Z" || rest == "z") return 0;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  Fixed fixed{rest.data()};
  const int64_t seconds = fixed.two(1) * 3600 + fixed.two(4) * 60;
  if (!fixed.ok || fixed.two(1) > 15 || fixed.two(4) > 59) return std::nullopt;
  return static_cast<int32_t>(rest[0] == '-' ? -seconds : seconds);
}

struct FastTimestamp {
  int64_t local_us;
  std::string_view rest;  // behind the fraction: the offset
};

std::optional<FastTimestamp> parse_fast_local(std::string_view text) {
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':' ||
      (text[10] != 'T' && text[10] != ' ')) {
    return std::nullopt;
  }
  Fixed fixed{text.data()};
  const int64_t year = fixed.two(0) * 100 + fixed.two(2);
  const auto month = static_cast<int>(fixed.two(5));
  const auto day = static_cast<int>(fixed.two(8));
  const int64_t hour = fixed.two(11), minute = fixed.two(14), second = fixed.two(17);
  if (!fixed.ok || year == 0 || month < 1 || month > 12 || day < 1 ||
      day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  int64_t fraction = 0;
  size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    int64_t unit = 100'000;
    const size_t begin = ++at;
    for (; at < text.size() && is_digit(text[at]) && at - begin < 6; ++at, unit /= 10) {
      fraction += (text[at] - '0') * unit;
    }
    if (at == begin) return std::nullopt;
    if (at < text.size() && is_digit(text[at])) {
      fraction += text[at] >= '5';
      while (at < text.size() && is_digit(text[at])) ++at;
    }
  }
  const int64_t us = (hour * 3600 + minute * 60 + second) * us_per_second + fraction;
  return FastTimestamp{days_from_civil({year, month, day}) * us_per_day + us, text.substr(at)};
}

}  // namespace

std::optional<int64_t> parse_timestamp_fast(std::string_view literal) {
  const std::optional<FastTimestamp> fast = parse_fast_local(literal);
  if (!fast) return std::nullopt;
  const std::optional<int32_t> offset = parse_fast_offset(fast->rest);
  if (!offset) return std::nullopt;
  return fast->local_us - *offset * us_per_second;
}

result<int64_t> parse_datetime(std::string_view literal, Type type, const TimeContext& context) {
  if (type == Type::timestamp || type == Type::timestamptz) {
    const std::optional<FastTimestamp> fast = parse_fast_local(literal);
    const std::optional<int32_t> offset = fast ? parse_fast_offset(fast->rest) : std::nullopt;
    if (offset && (type == Type::timestamp || !fast->rest.empty() || context.zone == nullptr)) {
      const int64_t us =
          type == Type::timestamp ? fast->local_us : fast->local_us - *offset * us_per_second;
      return round_to_precision(us, context.precision, postgres_epoch_us);
    }
  }
  const std::string_view trimmed = trim_space(literal);
  if (const std::optional<int64_t> word = parse_word(trimmed, type, context)) return *word;
  Parts parts;
  LiteralScanner scanner(trimmed);
  const Fault fault = scanner.scan(parts);
  if (fault != Fault::none) return explain(fault, literal, type, scanner.zone_name());
  if (is_time(type)) {
    if (!parts.has_time) return bad_syntax(literal, type);
    return finish_time(parts, type, context);
  }
  if (!parts.has_date) return bad_syntax(literal, type);
  if (type == Type::date) return finish_date(parts, literal);
  return finish_timestamp(parts, literal, type, context);
}

std::optional<int64_t> parse_stored_timestamp(std::string_view text) {
  if (const std::optional<int64_t> fast = parse_timestamp_fast(text)) return fast;
  const size_t sign = text.starts_with('-');
  if (text.size() > sign && text.size() <= 15 &&
      std::ranges::all_of(text.substr(sign), [](char c) { return is_digit(c); })) {
    int64_t ms = 0;
    for (char c : text.substr(sign)) ms = ms * 10 + (c - '0');
    return timestamp_from_epoch_ms(sign != 0 ? -ms : ms);
  }
  const result<int64_t> parsed = parse_datetime(text, Type::timestamptz, {});
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<int64_t> parse_stored_date(std::string_view text) {
  if (const result<int64_t> parsed = parse_datetime(text, Type::date, {})) return *parsed;
  const std::optional<int64_t> us = parse_stored_timestamp(text);
  return us ? std::optional(floor_day(*us) / us_per_day) : std::nullopt;
}

std::optional<int64_t> parse_stored_time(std::string_view text) {
  if (const result<int64_t> parsed = parse_datetime(text, Type::time, {})) return *parsed;
  const std::optional<int64_t> us = parse_stored_timestamp(text);
  return us ? std::optional(*us - floor_day(*us)) : std::nullopt;
}

}  // namespace trivet
