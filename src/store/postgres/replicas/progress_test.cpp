#include "store/postgres/replicas/progress.h"

#include <gtest/gtest.h>

namespace trivet::store::postgres {
namespace {

TEST(Progress, IsTheNewestTimeOfWhichAllIsThere) {
  Progress progress;
  EXPECT_EQ(progress.replayed(1000), 0);
  progress.note(10, 100);
  progress.note(20, 200);
  progress.note(30, 200);
  progress.note(40, 300);
  EXPECT_EQ(progress.replayed(99), 0);
  EXPECT_EQ(progress.replayed(150), 10);
  EXPECT_EQ(progress.replayed(200), 30);
  EXPECT_EQ(progress.replayed(200), 30);
  EXPECT_EQ(progress.replayed(999), 40);
}

TEST(Progress, LooksOlderWhereItForgets) {
  Progress progress;
  for (int64_t time = 1; time <= 10'000; ++time) progress.note(time, time);
  EXPECT_EQ(progress.replayed(5000), 1);
  EXPECT_EQ(progress.replayed(10'000), 10'000);
}

}  // namespace
}  // namespace trivet::store::postgres
