#include "value/datetime.h"

#include <gtest/gtest.h>

#include "value/coerce.h"
#include "value/text_format.h"
#include "value/zone.h"

namespace trivet {
namespace {

std::string read(std::string_view literal, Type type, const TimeContext& context = {}) {
  const result<int64_t> parsed = parse_datetime(literal, type, context);
  if (!parsed)
    return std::string(error_code_info(parsed.error().code).text) + " " + parsed.error().message;
  const bool time = type == Type::time || type == Type::timetz;
  const Value value = type == Type::date ? Value::date(*parsed)
                      : time             ? Value::time(*parsed)
                                         : Value::timestamp(*parsed);
  std::string out;
  append_text_value(out, value, type, FormatOptions{context.zone});
  return out;
}

TEST(DatetimeTest, CivilDaysRoundTrip) {
  EXPECT_EQ(days_from_civil({1970, 1, 1}), 0);
  EXPECT_EQ(days_from_civil({2000, 3, 1}), 11'017);
  for (int64_t days = -800'000; days < 800'000; days += 13) {
    const CivilDate date = civil_from_days(days);
    ASSERT_EQ(days_from_civil(date), days);
  }
}

struct Case {
  Type type;
  std::string_view literal;
  std::string_view expected;
};

// Expectations are PostgreSQL 15's own answers in UTC.
constexpr Case cases[] = {
    {Type::timestamp, "2024-01-02T03:04:05", "2024-01-02 03:04:05"},
    {Type::timestamp, "2024-01-02 03:04:05.5", "2024-01-02 03:04:05.5"},
    {Type::timestamp, "2024-01-02T03:04:05+05:00", "2024-01-02 03:04:05"},
    {Type::timestamp, " 2024-01-02 03:04 ", "2024-01-02 03:04:00"},
    {Type::timestamp, "2024-01-02T0304", "2024-01-02 03:04:00"},
    {Type::timestamp, "2024-01-02T030405.5", "2024-01-02 03:04:05.5"},
    {Type::timestamp, "2024-01-02", "2024-01-02 00:00:00"},
    {Type::timestamp, "2024-01-02 24:00:00", "2024-01-03 00:00:00"},
    {Type::timestamp, "2024-01-02 23:59:60", "2024-01-03 00:00:00"},
    {Type::timestamp, "2024-01-02 03:04:05 PM", "2024-01-02 15:04:05"},
    {Type::timestamp, "2024-01-02T03:04:05.1234567", "2024-01-02 03:04:05.123457"},
    {Type::timestamp, "2024-01-02T03:04:05.9999995", "2024-01-02 03:04:06"},
    {Type::timestamp, "12345-01-01 00:00", "12345-01-01 00:00:00"},
    {Type::timestamp, "0044-03-15 12:00 BC", "0044-03-15 12:00:00 BC"},
    {Type::timestamp, "-infinity", "-infinity"},
    {Type::timestamp, "x", "22007 invalid input syntax for type timestamp: \"x\""},
    {Type::timestamp, "", "22007 invalid input syntax for type timestamp: \"\""},
    {Type::timestamp, "2024-01-02T03",
     "22007 invalid input syntax for type timestamp: \"2024-01-02T03\""},
    {Type::timestamp, "2024-01-01 25:00",
     "22008 date/time field value out of range: \"2024-01-01 25:00\""},
    {Type::timestamp, "2024-01-02 24:00:01",
     "22008 date/time field value out of range: \"2024-01-02 24:00:01\""},
    {Type::timestamp, "2024-13-01", "22008 date/time field value out of range: \"2024-13-01\""},
    {Type::timestamp, "2024-02-30 00:00:00",
     "22008 date/time field value out of range: \"2024-02-30 00:00:00\""},
    {Type::timestamp, "300000-01-01", "22008 timestamp out of range: \"300000-01-01\""},
    {Type::timestamptz, "2024-01-02T03:04:05Z", "2024-01-02 03:04:05+00"},
    {Type::timestamptz, "2024-01-02T03:04:05z", "2024-01-02 03:04:05+00"},
    {Type::timestamptz, "20240102T030405Z", "2024-01-02 03:04:05+00"},
    {Type::timestamptz, "2024-01-02T03:04:05.678+05:30", "2024-01-01 21:34:05.678+00"},
    {Type::timestamptz, "2024-01-02 03:04+5", "2024-01-01 22:04:00+00"},
    {Type::timestamptz, "2024-01-02 03:04+0530", "2024-01-01 21:34:00+00"},
    {Type::timestamptz, "2024-01-02 03:04-05:30:15", "2024-01-02 08:34:15+00"},
    {Type::timestamptz, "2024-01-02 03:04 +05", "2024-01-01 22:04:00+00"},
    {Type::timestamptz, "2024-01-01 10:00 Europe/Berlin", "2024-01-01 09:00:00+00"},
    {Type::timestamptz, "2024-01-02 Z", "2024-01-02 00:00:00+00"},
    {Type::timestamptz, "2024-01-02+05", "2024-01-01 19:00:00+00"},
    {Type::timestamptz, "0044-03-15 12:00+00 BC", "0044-03-15 12:00:00+00 BC"},
    {Type::timestamptz, "epoch", "1970-01-01 00:00:00+00"},
    {Type::timestamptz, "Infinity", "infinity"},
    {Type::timestamptz, "x", "22007 invalid input syntax for type timestamp with time zone: \"x\""},
    {Type::timestamptz, "2024-01-01 10:00 Foo/Bar", "22023 time zone \"foo/bar\" not recognized"},
    {Type::timestamptz, "2024-01-02 03:04+16:00",
     "22009 time zone displacement out of range: \"2024-01-02 03:04+16:00\""},
    {Type::timestamptz, "Tue Jan 02 2024 03:04:05 GMT+0000 (Coordinated Universal Time)",
     "22007 invalid input syntax for type timestamp with time zone: \"Tue Jan 02 2024 03:04:05 "
     "GMT+0000 (Coordinated Universal Time)\""},
    {Type::timestamptz, "now",
     "22007 invalid input syntax for type timestamp with time zone: \"now\""},
    {Type::date, "2024-1-2", "2024-01-02"},
    {Type::date, "20240102", "2024-01-02"},
    {Type::date, "2024/01/02", "2024-01-02"},
    {Type::date, "2024-01-02T03:04:05Z", "2024-01-02"},
    {Type::date, "2024-01-02+05", "2024-01-02"},
    {Type::date, "10000-01-01", "10000-01-01"},
    {Type::date, "0044-03-15 BC", "0044-03-15 BC"},
    {Type::date, "infinity", "infinity"},
    {Type::date, "2024-02-30", "22008 date/time field value out of range: \"2024-02-30\""},
    {Type::date, "2023-02-29", "22008 date/time field value out of range: \"2023-02-29\""},
    {Type::date, "0000-01-01", "22008 date/time field value out of range: \"0000-01-01\""},
    {Type::date, "24-01-02", "22008 date/time field value out of range: \"24-01-02\""},
    {Type::date, "5874898-01-01", "22008 date out of range: \"5874898-01-01\""},
    {Type::date, "x", "22007 invalid input syntax for type date: \"x\""},
    {Type::date, "+infinity", "22007 invalid input syntax for type date: \"+infinity\""},
    {Type::time, "03:04", "03:04:00"},
    {Type::time, "030405", "03:04:05"},
    {Type::time, "3:4", "03:04:00"},
    {Type::time, "03:04:05.678", "03:04:05.678"},
    {Type::time, "24:00", "24:00:00"},
    {Type::time, "04:05.678", "00:04:05.678"},
    {Type::date, "2024.1.2", "2024-01-02"},
    {Type::date, "2024-01-02-08", "22007 invalid input syntax for type date: \"2024-01-02-08\""},
    {Type::time, "03:04:60", "03:05:00"},
    {Type::time, "12:30+05:30", "12:30:00"},
    {Type::time, "2024-01-02 03:04", "03:04:00"},
    {Type::time, "25:00", "22008 date/time field value out of range: \"25:00\""},
    {Type::time, "x", "22007 invalid input syntax for type time: \"x\""},
    {Type::timetz, "03:04Z", "03:04:00+00"},
    {Type::timetz, "03:04+05", "22:04:00+00"},
    {Type::timetz, "x", "22007 invalid input syntax for type time with time zone: \"x\""},
};

TEST(DatetimeTest, ReadsLiteralsAsPostgresql) {
  for (const Case& c : cases) EXPECT_EQ(read(c.literal, c.type), c.expected) << c.literal;
}

TEST(DatetimeTest, ReadsZonelessLiteralsInTheSessionsZone) {
  const auto berlin = find_zone("Europe/Berlin");
  TimeContext context{berlin.get(), 1'700'000'000'000'000, 6};
  EXPECT_EQ(read("2024-07-01 12:00", Type::timestamptz, context), "2024-07-01 12:00:00+02");
  EXPECT_EQ(read("2024-03-31 02:30", Type::timestamptz, context), "2024-03-31 03:30:00+02");
  EXPECT_EQ(read("2024-10-27 02:30", Type::timestamptz, context), "2024-10-27 02:30:00+01");
  EXPECT_EQ(read("1800-01-01", Type::timestamptz, context), "1800-01-01 00:00:00+00:53:28");
  EXPECT_EQ(read("2024-07-01 12:00Z", Type::timestamptz, context), "2024-07-01 14:00:00+02");
  EXPECT_EQ(read("now", Type::timestamptz, context), "2023-11-14 23:13:20+01");
  EXPECT_EQ(read("today", Type::timestamptz, context), "2023-11-14 00:00:00+01");
  EXPECT_EQ(read("tomorrow", Type::date, context), "2023-11-15");
  EXPECT_EQ(read("yesterday", Type::timestamp, context), "2023-11-13 00:00:00");
}

TEST(DatetimeTest, RoundsToThePrecision) {
  const auto rounded = [](std::string_view literal, int precision) {
    return read(literal, Type::timestamp, TimeContext{nullptr, std::nullopt, precision});
  };
  EXPECT_EQ(rounded("2024-01-02 03:04:05.5", 0), "2024-01-02 03:04:06");
  EXPECT_EQ(rounded("2024-01-02 03:04:05.1235", 3), "2024-01-02 03:04:05.124");
  EXPECT_EQ(rounded("2024-01-02 03:04:05.1245", 3), "2024-01-02 03:04:05.125");
  EXPECT_EQ(rounded("1969-12-31 23:59:59.9995", 3), "1969-12-31 23:59:59.999");
  EXPECT_EQ(rounded("1969-12-31 23:59:58.5", 0), "1969-12-31 23:59:58");
}

TEST(DatetimeTest, StoresAsPrismaDoes) {
  for (const auto& [us, expected] : std::initializer_list<std::pair<int64_t, const char*>>{
           {1'704'164'645'678'000, "2024-01-02T03:04:05.678+00:00"},
           {1'704'164'645'000'000, "2024-01-02T03:04:05.000+00:00"},
           {1'704'164'645'678'901, "2024-01-02T03:04:05.678901+00:00"},
           {-1, "1969-12-31T23:59:59.999999+00:00"}}) {
    std::string out;
    append_stored_timestamp(out, us);
    EXPECT_EQ(out, expected);
    EXPECT_EQ(parse_stored_timestamp(out), us);
  }
  EXPECT_EQ(parse_stored_timestamp("2024-01-02 03:04:05"), 1'704'164'645'000'000);
  EXPECT_EQ(parse_stored_timestamp("2024-01-02T03:04:05.678Z"), 1'704'164'645'678'000);
  EXPECT_EQ(parse_stored_timestamp("1704164645678"), 1'704'164'645'678'000);
  EXPECT_EQ(parse_stored_timestamp("-1"), -1000);
  EXPECT_EQ(parse_stored_timestamp("2024-01-02"), 1'704'153'600'000'000);
  EXPECT_EQ(parse_stored_timestamp("soon"), std::nullopt);
  EXPECT_EQ(parse_stored_timestamp("99999999999999999999"), std::nullopt);
  EXPECT_EQ(timestamp_from_epoch_ms(INT64_MAX), timestamp_infinity);
  EXPECT_EQ(parse_stored_date("2024-01-31"), 19'753);
  EXPECT_EQ(parse_stored_date("1706704496500"), 19'753);
  EXPECT_EQ(parse_stored_time("12:34:56.5"), 45'296'500'000);
  EXPECT_EQ(parse_stored_time("2024-01-31T12:34:56.500+00:00"), 45'296'500'000);
}

TEST(DatetimeTest, TheFastWayAgreesWithTheLongOne) {
  for (std::string_view literal :
       {"2024-01-02T03:04:05", "2024-01-02 03:04:05.1", "2024-01-02T03:04:05.123456789Z",
        "2024-02-29T23:59:59-07:30", "2023-02-29T00:00:00", "2024-01-02T24:00:00",
        "2024-01-02T03:04:05+24:00", "2024-01-02T03:04:5", "2024-01-02X03:04:05"}) {
    const std::optional<int64_t> fast = parse_timestamp_fast(literal);
    // A leading blank keeps parse_datetime off the fast way.
    const result<int64_t> slow = parse_datetime(" " + std::string(literal), Type::timestamptz, {});
    if (fast) {
      ASSERT_TRUE(slow) << literal;
      EXPECT_EQ(*fast, *slow) << literal;
    }
  }
}

}  // namespace
}  // namespace trivet
