#include "value/decimal.h"

#include <gtest/gtest.h>

#include <cmath>

namespace trivet {
namespace {

TEST(DecimalTest, Normalises) {
  for (const auto& [from, to] :
       std::initializer_list<std::pair<const char*, const char*>>{{"0", "0"},
                                                                  {"-0", "0"},
                                                                  {"000", "0"},
                                                                  {"-0.00", "0.00"},
                                                                  {"1.50", "1.50"},
                                                                  {"+1", "1"},
                                                                  {".5", "0.5"},
                                                                  {"5.", "5"},
                                                                  {"007.10", "7.10"},
                                                                  {"1e3", "1000"},
                                                                  {"1.23e1", "12.3"},
                                                                  {"1.23e5", "123000"},
                                                                  {"12e-4", "0.0012"},
                                                                  {"-1.5e-3", "-0.0015"},
                                                                  {"0e5", "0"},
                                                                  {"0.0e-2", "0.000"},
                                                                  {"NaN", "NaN"},
                                                                  {"inf", "Infinity"},
                                                                  {"-INFINITY", "-Infinity"},
                                                                  {" 7 ", "7"}}) {
    Arena arena;
    const auto parsed = parse_numeric(from, arena);
    ASSERT_TRUE(parsed) << from;
    EXPECT_EQ(*parsed, to);
  }
  Arena arena;
  EXPECT_EQ(parse_numeric("1e400", arena)->size(), 401u);
  for (const char* bad : {"", " ", ".", "-", "e5", "1e", "1e+", "1 2", "1.2.3", "0x1", "--1",
                          "+NaN", "1e5x", "nanx"}) {
    EXPECT_FALSE(parse_numeric(bad, arena)) << bad;
  }
  for (const char* large : {"1e1000", "1e-1001", "1e99999999999999999999"}) {
    EXPECT_EQ(parse_numeric(large, arena).error().code, ErrorCode::number_out_of_range) << large;
  }
  EXPECT_TRUE(parse_numeric("1e999", arena));
}

TEST(DecimalTest, Compares) {
  const char* rising[] = {"-Infinity", "-1e400",   "-10", "-9.99",
                          "-0.5",      "-1e-400",  "0",   "1e-400",
                          "0.05",      "0.5",      "1",   "1.01",
                          "9.99",      "10",       "1e2", "123456789012345678901234567890",
                          "1e400",     "Infinity", "NaN"};
  for (size_t i = 0; i < std::size(rising); ++i) {
    for (size_t j = 0; j < std::size(rising); ++j) {
      EXPECT_EQ(compare_numeric(rising[i], rising[j]), (i > j) - (i < j))
          << rising[i] << " " << rising[j];
    }
  }
  EXPECT_EQ(compare_numeric("1.50", "1.5"), 0);
  EXPECT_EQ(compare_numeric("-0", "0.00"), 0);
  EXPECT_EQ(compare_numeric("100", "1e2"), 0);
  EXPECT_EQ(compare_numeric("0.001", "1e-3"), 0);
}

TEST(DecimalTest, Converts) {
  EXPECT_EQ(count_significant_digits("0.050"), 2);
  EXPECT_EQ(count_significant_digits("-120.5"), 4);
  EXPECT_EQ(count_significant_digits("0"), 0);
  EXPECT_EQ(strip_numeric_zeros("1.500"), "1.5");
  EXPECT_EQ(strip_numeric_zeros("1.000"), "1");
  EXPECT_EQ(strip_numeric_zeros("100"), "100");
  EXPECT_EQ(numeric_to_double("0.1"), 0.1);
  EXPECT_TRUE(std::isnan(numeric_to_double("NaN")));
  EXPECT_EQ(numeric_to_double("1e999"), HUGE_VAL);
  EXPECT_EQ(numeric_to_double("-Infinity"), -HUGE_VAL);
  EXPECT_EQ(*numeric_to_int64("2.5"), 3);
  EXPECT_EQ(*numeric_to_int64("-9223372036854775808.4"), INT64_MIN);
  EXPECT_FALSE(numeric_to_int64("9223372036854775807.5"));
  EXPECT_FALSE(numeric_to_int64("NaN"));
}

struct Aggregate {
  std::initializer_list<const char*> values;
  const char* sum;
  const char* average;
};

// Expectations are PostgreSQL 15's own answers.
TEST(DecimalTest, SumsAndAveragesAsPostgresql) {
  for (const Aggregate& c : std::initializer_list<Aggregate>{
           {{"1", "2"}, "3", "1.5000000000000000"},
           {{"1", "1", "2"}, "4", "1.3333333333333333"},
           {{"0"}, "0", "0.00000000000000000000"},
           {{"10", "20", "40"}, "70", "23.3333333333333333"},
           {{"100000", "200001"}, "300001", "150000.500000000000"},
           {{"0.1", "0.2"}, "0.3", "0.15000000000000000000"},
           {{"1.50", "-2.25"}, "-0.75", "-0.37500000000000000000"},
           {{"123456789012345678", "1"}, "123456789012345679", "61728394506172840"},
           {{"-5"}, "-5", "-5.0000000000000000"},
           {{"NaN", "1"}, "NaN", "NaN"},
           {{"Infinity", "1"}, "Infinity", "Infinity"},
           {{"Infinity", "-Infinity"}, "NaN", "NaN"},
           {{"007", "0.08"}, "7.08", "3.5400000000000000"}}) {
    NumericSum sum;
    for (const char* value : c.values) sum.add(std::string_view(value));
    EXPECT_EQ(sum.sum(), c.sum);
    EXPECT_EQ(sum.average(), c.average) << c.sum;
  }
}

TEST(DecimalTest, SumsBeyond64Bits) {
  NumericSum sum;
  for (int i = 0; i < 3; ++i) sum.add(INT64_MAX);
  EXPECT_EQ(sum.sum(), "27670116110564327421");
  sum.add(std::string_view("0.5"));
  EXPECT_EQ(sum.sum(), "27670116110564327421.5");
  EXPECT_EQ(sum.count(), 4);
  sum.remove_all();
  EXPECT_EQ(sum.sum(), "0");
  sum.add_sum("9", 3);
  sum.add(int64_t{1});
  EXPECT_EQ(sum.average(), "2.5000000000000000");
}

}  // namespace
}  // namespace trivet
