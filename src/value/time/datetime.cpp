#include "value/datetime.h"

#include <algorithm>
#include <cstdlib>

#include "value/number/digits.h"
#include "value/zone.h"

namespace trivet {
namespace {

constexpr int64_t days_per_era = 146'097;  // 400 years

struct Moment {
  int64_t days;
  int64_t us;  // of the day
};

Moment split(int64_t us) {
  int64_t days = us / us_per_day;
  int64_t rest = us % us_per_day;
  if (rest < 0) {
    rest += us_per_day;
    --days;
  }
  return {days, rest};
}

char* write_year(char* out, int64_t year) {
  const auto magnitude = static_cast<uint64_t>(year > 0 ? year : 1 - year);
  if (magnitude < 10'000) {
    out = write_two(out, static_cast<uint32_t>(magnitude / 100));
    return write_two(out, static_cast<uint32_t>(magnitude % 100));
  }
  return write_uint64(out, magnitude);
}

char* write_date(char* out, CivilDate date) {
  out = write_year(out, date.year);
  *out++ = '-';
  out = write_two(out, static_cast<uint32_t>(date.month));
  *out++ = '-';
  return write_two(out, static_cast<uint32_t>(date.day));
}

char* write_seconds(char* out, int64_t us) {
  const auto seconds = static_cast<uint32_t>(us / us_per_second);
  out = write_two(out, seconds / 3600);
  *out++ = ':';
  out = write_two(out, seconds / 60 % 60);
  *out++ = ':';
  return write_two(out, seconds % 60);
}

// Six digits, less the trailing zeros beyond the first `keep`.
char* write_fraction(char* out, int64_t us, int keep) {
  const auto fraction = static_cast<uint32_t>(us % us_per_second);
  if (fraction == 0 && keep == 0) return out;
  *out++ = '.';
  write_two(out, fraction / 10'000);
  write_two(out + 2, fraction / 100 % 100);
  write_two(out + 4, fraction % 100);
  int digits = 6;
  while (digits > keep && out[digits - 1] == '0') --digits;
  return out + digits;
}

char* write_offset(char* out, int32_t offset, OffsetStyle style) {
  *out++ = offset < 0 ? '-' : '+';
  const auto seconds = static_cast<uint32_t>(std::abs(offset));
  out = write_two(out, seconds / 3600);
  const bool has_minutes = seconds % 3600 != 0;
  if (style == OffsetStyle::json || has_minutes) {
    *out++ = ':';
    out = write_two(out, seconds / 60 % 60);
  }
  if (seconds % 60 != 0) {
    *out++ = ':';
    out = write_two(out, seconds % 60);
  }
  return out;
}

char* write_era(char* out, int64_t year) {
  if (year > 0) return out;
  std::memcpy(out, " BC", 3);
  return out + 3;
}

bool append_infinity(std::string& out, int64_t value) {
  if (value != timestamp_infinity && value != timestamp_minus_infinity) return false;
  out += value > 0 ? "infinity" : "-infinity";
  return true;
}

}  // namespace

// Both conversions: Howard Hinnant, "chrono-compatible low-level date algorithms".
int64_t days_from_civil(CivilDate date) {
  const int64_t year = date.year - (date.month <= 2);
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int month_from_march = (date.month + 9) % 12;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * days_per_era + day_of_era - 719'468;
}

CivilDate civil_from_days(int64_t days) {
  days += 719'468;
  const int64_t era = (days >= 0 ? days : days - (days_per_era - 1)) / days_per_era;
  const auto day_of_era = static_cast<uint32_t>(days - era * days_per_era);
  const uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t month_from_march = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const int month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {era * 400 + static_cast<int64_t>(year_of_era) + (month <= 2), month, day};
}

void append_date(std::string& out, int64_t days) {
  if (append_infinity(out, days)) return;
  char text[48];
  const CivilDate date = civil_from_days(days);
  const char* end = write_era(write_date(text, date), date.year);
  out.append(text, static_cast<size_t>(end - text));
}

void append_time(std::string& out, int64_t us) {
  if (us != us_per_day) us = split(us).us;  // whatever a foreign file holds, it prints as a time
  char text[24];
  const char* end = write_fraction(write_seconds(text, us), us, 0);
  out.append(text, static_cast<size_t>(end - text));
}

void append_timestamp(std::string& out, int64_t us, char separator) {
  if (append_infinity(out, us)) return;
  char text[64];
  const Moment moment = split(us);
  const CivilDate date = civil_from_days(moment.days);
  char* at = write_date(text, date);
  *at++ = separator;
  at = write_fraction(write_seconds(at, moment.us), moment.us, 0);
  at = write_era(at, date.year);
  out.append(text, static_cast<size_t>(at - text));
}

void append_timestamptz(std::string& out, int64_t us, const Zone* zone, char separator,
                        OffsetStyle style) {
  if (append_infinity(out, us)) return;
  char text[64];
  const int32_t offset = zone == nullptr ? 0 : zone->offset_at(us);
  Moment moment = split(us);
  moment.us += offset * us_per_second;
  moment.days += moment.us >= us_per_day ? 1 : moment.us < 0 ? -1 : 0;
  moment.us = split(moment.us).us;
  const CivilDate date = civil_from_days(moment.days);
  char* at = write_date(text, date);
  *at++ = separator;
  at = write_fraction(write_seconds(at, moment.us), moment.us, 0);
  at = write_offset(at, offset, style);
  at = write_era(at, date.year);
  out.append(text, static_cast<size_t>(at - text));
}

void append_stored_timestamp(std::string& out, int64_t us) {
  if (append_infinity(out, us)) return;
  char text[64];
  const Moment moment = split(us);
  const CivilDate date = civil_from_days(moment.days);
  char* at = write_date(text, date);
  *at++ = 'T';
  at = write_seconds(at, moment.us);
  at = write_fraction(at, moment.us, moment.us % 1000 == 0 ? 3 : 6);
  at = write_offset(at, 0, OffsetStyle::json);
  at = write_era(at, date.year);
  out.append(text, static_cast<size_t>(at - text));
}

}  // namespace trivet
