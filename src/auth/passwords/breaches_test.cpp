#include "auth/passwords/breaches.h"

#include <gtest/gtest.h>

#include "net/run_task.h"

namespace trivet::auth {
namespace {

// SHA-1 of "password" is 5BAA6 1E4C9B93F3F0682250B6CF8331B7EE68FD8.
constexpr std::string_view rest = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

bool holds(std::string password, const result<std::string>& answer, std::string* asked = nullptr,
           std::string* told = nullptr) {
  BreachList list(
      "https://breaches.example/range/",
      [&](const FetchRequest& request) {
        if (asked != nullptr) *asked = request.url;
        return answer;
      },
      [&](std::string_view text) {
        if (told != nullptr) *told = text;
      });
  return net::run_task(list.holds(std::move(password)));
}

TEST(BreachList, AsksWithFiveDigits) {
  std::string asked;
  EXPECT_TRUE(holds(
      "password", "0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n" + std::string(rest) + ":9545824\r\n",
      &asked));
  EXPECT_EQ(asked, "https://breaches.example/range/5BAA6");
}

TEST(BreachList, KnowsPaddingAndOthers) {
  EXPECT_FALSE(holds("password", std::string(rest) + ":0\r\n"));
  EXPECT_FALSE(holds("password", "0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n"));
  EXPECT_FALSE(holds("password", std::string()));
  EXPECT_TRUE(holds("password", std::string(rest) + ":10"));
}

TEST(BreachList, LetsThroughWhatCannotBeAsked) {
  std::string told;
  EXPECT_FALSE(
      holds("password",
            fail(ErrorCode::connection_failed, "https://breaches.example/range/5BAA6: refused"),
            nullptr, &told));
  EXPECT_EQ(
      told,
      "https://breaches.example/range/: passwords aren't looked up in the list of breached ones");
}

}  // namespace
}  // namespace trivet::auth
