#include "store/mysql/changes/unseen.h"

#include <gtest/gtest.h>

namespace trivet::store::mysql {
namespace {

using std::chrono::seconds;

TEST(Unseen, LooksForWhatCameLate) {
  Unseen unseen;
  unseen.begin_at(10);
  const Unseen::Time start{};
  EXPECT_EQ(unseen.condition("id"), "id > 10");
  unseen.saw({11, 15}, start, seconds(60));
  EXPECT_EQ(unseen.condition("id"), "id > 15 OR id BETWEEN 12 AND 14");
  unseen.saw({13, 16}, start + seconds(1), seconds(60));
  EXPECT_EQ(unseen.condition("id"), "id > 16 OR id BETWEEN 12 AND 12 OR id BETWEEN 14 AND 14");
  unseen.saw({12, 14}, start + seconds(2), seconds(60));
  EXPECT_EQ(unseen.condition("id"), "id > 16");
}

TEST(Unseen, GivesUpOnWhatNeverComes) {
  Unseen unseen;
  const Unseen::Time start{};
  unseen.saw({2}, start, seconds(60));
  unseen.saw({4}, start + seconds(30), seconds(60));
  EXPECT_EQ(unseen.gaps(), 2U);
  unseen.saw({}, start + seconds(60), seconds(60));
  EXPECT_EQ(unseen.condition("id"), "id > 4 OR id BETWEEN 3 AND 3");
  unseen.saw({}, start + seconds(90), seconds(60));
  EXPECT_EQ(unseen.condition("id"), "id > 4");
}

}  // namespace
}  // namespace trivet::store::mysql
