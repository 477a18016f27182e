#include "auth/proof/captcha.h"

#include <gtest/gtest.h>

#include "net/run_task.h"

namespace trivet::auth {
namespace {

struct Asked {
  std::string url, form;
  bool at_all = false;
};

answer<void> check(const std::string& token, const result<std::string>& answer,
                   Asked* asked = nullptr) {
  Captcha captcha({"https://captcha.example/siteverify", "s&cret"},
                  [&](const FetchRequest& request) {
                    if (asked != nullptr) *asked = {request.url, request.form, true};
                    return answer;
                  });
  return net::run_task(captcha.check(token, "203.0.113.9"));
}

TEST(Captcha, AsksTheVerifier) {
  Asked asked;
  EXPECT_TRUE(check("to=ken", R"({"success": true})", &asked));
  EXPECT_EQ(asked.url, "https://captcha.example/siteverify");
  EXPECT_EQ(asked.form, "secret=s%26cret&response=to%3Dken&remoteip=203.0.113.9");
}

TEST(Captcha, RefusesWhatTheVerifierDoes) {
  const auto refused =
      check("token", R"({"success":false,"error-codes":["timeout-or-duplicate","bad <b>"]})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 400);
  EXPECT_EQ(refused.error().code, "captcha_failed");
  EXPECT_EQ(refused.error().message,
            "captcha protection: request disallowed (timeout-or-duplicate)");
  EXPECT_EQ(check("token", R"({"success":"true"})").error().code, "captcha_failed");
}

TEST(Captcha, AsksNobodyWithoutAToken) {
  Asked asked;
  EXPECT_EQ(check("", R"({"success":true})", &asked).error().code, "captcha_failed");
  EXPECT_EQ(check(std::string(8193, 'x'), R"({"success":true})", &asked).error().code,
            "captcha_failed");
  EXPECT_FALSE(asked.at_all);
}

TEST(Captcha, ClosesWhereNobodyCanBeAsked) {
  for (const result<std::string>& answer :
       {result<std::string>("[]"), result<std::string>("<html>"),
        result<std::string>(R"({"ok":true})"),
        result<std::string>(fail(ErrorCode::connection_failed, "refused"))}) {
    const auto refused = check("token", answer);
    ASSERT_FALSE(refused);
    EXPECT_GE(refused.error().status, 500);
  }
}

}  // namespace
}  // namespace trivet::auth
