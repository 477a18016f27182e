#include "store/mysql/command.h"

#include <gtest/gtest.h>

#include "store/sql/dialect.h"
#include "value/arena.h"

namespace trivet::store::mysql {
namespace {

using sql::Binding;
using sql::BindKind;

std::string marked(std::string text) {
  for (char& c : text) {
    if (c == '?') c = '\x03';
    if (c == '{') c = sql::item_open.front();
    if (c == '}') c = sql::item_close.front();
  }
  return text;
}

std::vector<Value> numbers(size_t count) {
  std::vector<Value> made;
  for (size_t i = 0; i < count; ++i) made.push_back(Value::integer(static_cast<int64_t>(i)));
  return made;
}

TEST(Command, PutsValuesInTheOrderOfTheirMarks) {
  const sql::Statement statement{marked("a = ? AND b = ? AND c = ?"),
                                 {{BindKind::param, 1}, {BindKind::cell, 0}, {BindKind::param, 0}}};
  const std::vector<Value> params = numbers(2);
  const std::vector<Value> cells{Value::integer(7)};
  const auto command = make_command(statement, {.params = params, .cells = cells});
  ASSERT_TRUE(command);
  EXPECT_EQ(command->text, "a = ? AND b = ? AND c = ?");
  ASSERT_EQ(command->values.size(), 3U);
  EXPECT_EQ(command->values[0].as_integer(), 1);
  EXPECT_EQ(command->values[1].as_integer(), 7);
  EXPECT_EQ(command->values[2].as_integer(), 0);
}

TEST(Command, RoundsTheLengthOfAListUp) {
  Arena arena;
  const sql::Statement statement{marked("a IN ({?})"), {{BindKind::param, 0}}};
  const std::vector<Value> params{arena.copy_list(numbers(3))};
  const auto command = make_command(statement, {.params = params});
  ASSERT_TRUE(command);
  EXPECT_EQ(command->text, "a IN (?, ?, ?, ?)");
  ASSERT_EQ(command->values.size(), 4U);
  EXPECT_EQ(command->values[3].as_integer(), 2) << "the last one again";
}

TEST(Command, HasAsManyColumnsForNoRowsAsForSome) {
  Arena arena;
  const sql::Statement statement{marked("(a, b) IN ({(?, ?)})"),
                                 {{BindKind::rows, 0}, {BindKind::rows, 1}}};
  const std::vector<Value> none{arena.copy_list(numbers(0)), arena.copy_list(numbers(0))};
  const auto empty = make_command(statement, {.rows = none});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->text, "(a, b) IN (SELECT NULL, NULL FROM DUAL WHERE FALSE)");
  const std::vector<Value> two{arena.copy_list(numbers(2)), arena.copy_list(numbers(2))};
  const auto pairs = make_command(statement, {.rows = two});
  ASSERT_TRUE(pairs);
  EXPECT_EQ(pairs->text, "(a, b) IN ((?, ?), (?, ?))");
  EXPECT_EQ(pairs->values[1].as_integer(), 0);
  EXPECT_EQ(pairs->values[2].as_integer(), 1);
}

TEST(Command, RefusesMoreValuesThanTheProtocolTakes) {
  Arena arena;
  const sql::Statement statement{marked("a IN ({?})"), {{BindKind::param, 0}}};
  const std::vector<Value> params{arena.copy_list(numbers(70'000))};
  const auto command = make_command(statement, {.params = params});
  ASSERT_FALSE(command);
  EXPECT_EQ(command.error().code, ErrorCode::too_complex);
  EXPECT_EQ(command.error().details, "70000 values, at most 65535");
}

}  // namespace
}  // namespace trivet::store::mysql
