#include "store/sqlite/times/integer_times.h"

#include <gtest/gtest.h>

#include "store/sqlite/connection.h"
#include "store/sqlite/test_store.h"

namespace trivet::store::sqlite {
namespace {

constexpr const char* text = R"(
model Post {
  id Int @id @default(autoincrement())
  at DateTime @map("created at")
  seen DateTime?
}
)";

class IntegerTimesTest : public ::testing::Test {
 protected:
  TestStore test_{text};

  void execute(const std::string& sql) {
    const auto connection = Connection::open(test_.options, Access::write);
    ASSERT_TRUE(connection) << show(connection.error());
    const auto done = (*connection)->execute(sql);
    ASSERT_TRUE(done) << show(done.error());
  }
  std::string ordered() {
    Level level = test_.level("Post", {"id", "at"});
    level.order.push_back({test_.column("Post", "at"), false, false});
    return test_.read(std::move(level));
  }
};

TEST_F(IntegerTimesTest, FindsNoneWhereAllAreText) {
  execute("INSERT INTO Post (\"created at\") VALUES ('2024-01-01T00:00:00.000+00:00')");
  for (const Look look : {Look::sample, Look::all_rows})
    EXPECT_TRUE(find_integer_times(test_.options, *test_.schema, look)->empty());
}

TEST_F(IntegerTimesTest, ConvertsWhatIsFound) {
  execute(
      "INSERT INTO Post (id, \"created at\", seen) VALUES (1, '2020-01-01T00:00:00.000+00:00', NULL),"
      " (2, 1704164645678, 0), (3, -1, NULL)");
  const auto found = find_integer_times(test_.options, *test_.schema, Look::sample);
  ASSERT_TRUE(found) << show(found.error());
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].column, "created at");
  EXPECT_EQ((*found)[0].rows, 2);
  EXPECT_EQ((*found)[1].rows, 1);
  EXPECT_NE(describe_integer_times(*found).find("Post.created at, Post.seen"), std::string::npos);
  const std::string before = ordered();
  EXPECT_EQ(*convert_integer_times(test_.options, *test_.schema), 3);
  const std::string after = ordered();
  EXPECT_LT(after.find("[3,"), after.find("[1,")) << before << after;
  EXPECT_LT(after.find("[1,"), after.find("[2,")) << after;
  EXPECT_TRUE(find_integer_times(test_.options, *test_.schema, Look::all_rows)->empty());
  const auto connection = Connection::open(test_.options, Access::read);
  EXPECT_EQ(*(*connection)->query_integer(
                "SELECT count(*) FROM Post WHERE \"created at\" IN "
                "('2024-01-02T03:04:05.678+00:00', '1969-12-31T23:59:59.999+00:00')"),
            2);
}

TEST_F(IntegerTimesTest, PassesOverWhatTheFileLacks) {
  execute("ALTER TABLE Post RENAME TO Other");
  const auto found = find_integer_times(test_.options, *test_.schema, Look::all_rows);
  ASSERT_TRUE(found) << show(found.error());
  EXPECT_TRUE(found->empty());
}

}  // namespace
}  // namespace trivet::store::sqlite
