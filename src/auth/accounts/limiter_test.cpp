#include "auth/accounts/limiter.h"

#include <gtest/gtest.h>

namespace trivet::auth {
namespace {

constexpr int64_t us = 1'000'000;
constexpr Rate rate{3, 0.5};

TEST(Limiter, GivesABurstAndThenWhatComesIn) {
  Limiter limiter;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take("a", rate, us), 0);
  EXPECT_EQ(limiter.take("a", rate, us), 2);
  EXPECT_EQ(limiter.take("a", rate, 2 * us), 1);
  EXPECT_EQ(limiter.take("a", rate, 3 * us), 0);
  EXPECT_EQ(limiter.take("a", rate, 3 * us), 2);
  // Never more than the burst, however long nobody came.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take("a", rate, 3000 * us), 0);
  EXPECT_NE(limiter.take("a", rate, 3000 * us), 0);
}

TEST(Limiter, KeysDontShare) {
  Limiter limiter;
  for (int i = 0; i < 4; ++i) (void)limiter.take("a", rate, us);
  EXPECT_EQ(limiter.take("b", rate, us), 0);
}

TEST(Limiter, LookingTakesNothing) {
  Limiter limiter;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(limiter.look("a", rate, us), 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take("a", rate, us), 0);
  EXPECT_EQ(limiter.look("a", rate, us), 2);
}

TEST(Limiter, ForgettingGivesAllBack) {
  Limiter limiter;
  for (int i = 0; i < 4; ++i) (void)limiter.take("a", rate, us);
  limiter.forget("a");
  EXPECT_EQ(limiter.take("a", rate, us), 0);
}

TEST(Limiter, AClockThatGoesBackGivesNothing) {
  Limiter limiter;
  for (int i = 0; i < 3; ++i) (void)limiter.take("a", rate, 100 * us);
  EXPECT_NE(limiter.take("a", rate, 50 * us), 0);
}

TEST(Limiter, StaysBounded) {
  Limiter limiter;
  for (int i = 0; i < 4; ++i) (void)limiter.take("a", rate, us);
  for (int i = 0; i < 100'000; ++i) (void)limiter.take(std::to_string(i), rate, us);
  // Full of fresh ones: all start anew.
  EXPECT_EQ(limiter.take("a", rate, us), 0);
}

}  // namespace
}  // namespace trivet::auth
