// Dates and times: civil calendar ↔ days and microseconds (proleptic Gregorian), ISO 8601 text in
// and out.
//
// Dates run from 4714 BC to 5874897 AD as PostgreSQL's, timestamps from there to 294246 AD: what µs
// since 1970 hold in 64 bits. ±infinity are the extreme integers of each type. No zone database
// here (zone.h). Pure; any thread.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "value/type.h"

namespace trivet {

class Zone;

inline constexpr int64_t us_per_second = 1'000'000;
inline constexpr int64_t us_per_day = 86'400 * us_per_second;
inline constexpr int64_t timestamp_infinity = std::numeric_limits<int64_t>::max();
inline constexpr int64_t timestamp_minus_infinity = std::numeric_limits<int64_t>::min();
inline constexpr int64_t date_infinity = timestamp_infinity;
inline constexpr int64_t date_minus_infinity = timestamp_minus_infinity;

struct CivilDate {
  int64_t year;  // astronomical: 0 = 1 BC
  int month;     // 1-12
  int day;       // 1-31
};
[[nodiscard]] int64_t days_from_civil(CivilDate date);  // days since 1970-01-01
[[nodiscard]] CivilDate civil_from_days(int64_t days);

// What a literal is read against.
struct TimeContext {
  const Zone* zone = nullptr;  // of timestamptz literals that name none; null = UTC
  std::optional<int64_t>
      now_us;  // lets 'now', 'today', 'tomorrow', 'yesterday' be read; without it they are refused
  int precision = 6;  // fractional digits kept, rounded half up: timestamp(3)
};

// Literals as PostgreSQL's input functions take them in ISO 8601 forms: `2024-01-31`, `20240131`,
// `2024-01-31T12:34:56.789Z`, with blank or T, with Z, ±hh, ±hhmm, ±hh:mm[:ss] or a zone name, BC,
// infinity, epoch. An offset is ignored by timestamp and applied by timestamptz. Errors: 22007 with
// the type's name, 22008 with the literal, 22023 for an unknown zone. `type`: timestamp or
// timestamptz → µs since the epoch; date → days; time or timetz → µs since midnight (timetz: of
// UTC).
[[nodiscard]] result<int64_t> parse_datetime(std::string_view literal, Type type,
                                             const TimeContext& context);

// Quick refusals aside, the form that nearly every client sends: YYYY-MM-DD[T|
// ]HH:MM:SS[.f{1,9}](Z|±hh:mm|). nullopt: use parse_datetime. Gives µs as UTC; a literal without
// offset counts as UTC.
[[nodiscard]] std::optional<int64_t> parse_timestamp_fast(std::string_view literal);

// `2024-01-31`, `infinity`, `0044-03-15 BC`.
void append_date(std::string& out, int64_t days);
// `12:34:56.78`
void append_time(std::string& out, int64_t us);
// `2024-01-31T12:34:56.5` with the given separator; ±infinity as words.
void append_timestamp(std::string& out, int64_t us, char separator);
enum class OffsetStyle : uint8_t {
  json,  // +00:00
  text   // +00, +05:30
};
// The instant in `zone` (null = UTC), with its offset.
void append_timestamptz(std::string& out, int64_t us, const Zone* zone, char separator,
                        OffsetStyle style);

// SQLite's storage text, as Prisma writes it: `2024-01-02T03:04:05.678+00:00`, always UTC, at least
// three decimals and six only when there are microseconds, so that the text order is the time order
// (years 0 to 9999).
void append_stored_timestamp(std::string& out, int64_t us);
// What Prisma and SQLite's CURRENT_TIMESTAMP may have written: ISO text (no zone = UTC), or the
// digits of epoch ms. nullopt: no time.
[[nodiscard]] std::optional<int64_t> parse_stored_timestamp(std::string_view text);
// An INTEGER cell is epoch ms.
[[nodiscard]] constexpr int64_t timestamp_from_epoch_ms(int64_t ms) {
  if (ms > timestamp_infinity / 1000) return timestamp_infinity;
  return ms < timestamp_minus_infinity / 1000 ? timestamp_minus_infinity : ms * 1000;
}
// `2024-01-31` or a stored timestamp of which the date counts; `12:34:56.789` likewise.
[[nodiscard]] std::optional<int64_t> parse_stored_date(std::string_view text);
[[nodiscard]] std::optional<int64_t> parse_stored_time(std::string_view text);

}  // namespace trivet
