#include "base/ids.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace trivet {
namespace {

class IdsTest : public testing::Test {
 protected:
  ManualClock clock_{1'704'164'645'678'000};  // 2024-01-02T03:04:05.678Z
  SeededRandom random_{7};
  IdMaker ids_{clock_, random_};
};

bool looks_like(const std::string& id, const char* pattern) {
  return std::regex_match(id, std::regex(pattern));
}

TEST_F(IdsTest, HaveTheirFormats) {
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(looks_like(ids_.uuid4(),
                           "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_TRUE(looks_like(ids_.uuid7(),
                           "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_TRUE(looks_like(ids_.cuid1(), "c[0-9a-z]{24}"));
    EXPECT_TRUE(looks_like(ids_.cuid2(), "[a-z][0-9a-z]{23}"));
    EXPECT_TRUE(looks_like(ids_.ulid(), "[0-7][0-9A-HJKMNP-TV-Z]{25}"));
    EXPECT_TRUE(looks_like(ids_.nanoid(), "[0-9A-Za-z_-]{21}"));
  }
  EXPECT_EQ(ids_.nanoid(2).size(), 2u);
  EXPECT_EQ(ids_.nanoid(255).size(), 255u);
}

TEST_F(IdsTest, CarryTheTime) {
  EXPECT_EQ(ids_.uuid7().substr(0, 13), "018cc820-db2e");
  EXPECT_EQ(ids_.ulid().substr(0, 10), "01HK421PSE");
  EXPECT_EQ(ids_.cuid1().substr(0, 9), "clqvrmo8e");
}

TEST_F(IdsTest, RiseWithinAMillisecondAndWhenTheClockStepsBack) {
  std::string uuid = ids_.uuid7();
  std::string ulid = ids_.ulid();
  for (int i = 0; i < 10'000; ++i) {
    if (i == 5'000) clock_.set_us(1'000'000);
    std::string next_uuid = ids_.uuid7();
    std::string next_ulid = ids_.ulid();
    ASSERT_LT(uuid, next_uuid);
    ASSERT_LT(ulid, next_ulid);
    uuid = std::move(next_uuid);
    ulid = std::move(next_ulid);
  }
}

TEST_F(IdsTest, DontRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 5'000; ++i) {
    for (std::string id :
         {ids_.uuid4(), ids_.uuid7(), ids_.cuid1(), ids_.cuid2(), ids_.ulid(), ids_.nanoid()}) {
      EXPECT_TRUE(seen.insert(std::move(id)).second);
    }
  }
}

TEST(RandomTest, BelowIsFairAndInRange) {
  SeededRandom random(1);
  int counts[6] = {};
  for (int i = 0; i < 60'000; ++i) ++counts[random.below(6)];
  for (int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(RandomTest, SystemRandomGivesFreshBytesAcrossBlocks) {
  SystemRandom random;
  std::set<uint64_t> seen;
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(seen.insert(random.next()).second);
  std::array<std::byte, 2'000> large{};
  random.fill(large);
  EXPECT_GT(std::set<std::byte>(large.begin(), large.end()).size(), 200u);
}

}  // namespace
}  // namespace trivet
