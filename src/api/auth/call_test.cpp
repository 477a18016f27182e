#include "api/auth/call.h"

#include <gtest/gtest.h>

namespace trivet::api::accounts {
namespace {

std::string asked(std::string_view query, std::string_view name) {
  http::Request request;
  request.query = query;
  return Call{request, {}, {}, {}}.query(name);
}

TEST(Calls, ReadTheQueryAsFormsAreWritten) {
  EXPECT_EQ(asked("a=b", "a"), "b");
  EXPECT_EQ(asked("x=1&a=b&a=c", "a"), "b");
  EXPECT_EQ(asked("a=b+c%20d%2B", "a"), "b c d+");
  EXPECT_EQ(asked("redirect_to=https%3A%2F%2Fx.dev%2F%3Fa%3Db%26c", "redirect_to"), "https://x.dev/?a=b&c");
  EXPECT_EQ(asked("%61=b", "a"), "b");
  EXPECT_EQ(asked("a=b=c", "a"), "b=c");
  EXPECT_EQ(asked("a", "a"), "");
  EXPECT_EQ(asked("", "a"), "");
  EXPECT_EQ(asked("&&=&a=", "a"), "");
  EXPECT_EQ(asked("ab=c", "a"), "");
}

TEST(Calls, LeaveWhatIsNoEscape) {
  EXPECT_EQ(asked("a=%", "a"), "%");
  EXPECT_EQ(asked("a=%4", "a"), "%4");
  EXPECT_EQ(asked("a=%zz%41", "a"), "%zzA");
  EXPECT_EQ(asked("a=%2541", "a"), "%41");
  EXPECT_EQ(asked("a=%00", "a"), std::string(1, '\0'));
}

TEST(Calls, TakeNullForAbsent) {
  http::Request request;
  const auto body = parse_body(R"({"a":null,"b":"x","c":true,"d":{"e":1},"f":3})");
  ASSERT_TRUE(body);
  const Call call{request, {}, *body, {}};
  EXPECT_FALSE(call.text("a"));
  EXPECT_EQ(call.text("b"), "x");
  EXPECT_EQ(call.flag("c"), true);
  EXPECT_EQ(call.object("d"), R"({"e":1})");
  EXPECT_FALSE(call.text("f"));
  EXPECT_FALSE(call.object("b"));
}

TEST(Calls, RefuseBodiesThatAreNoObject) {
  for (const std::string_view text : {"[]", "1", "{", R"({"a":"\u0000"})", "{}x"})
    EXPECT_EQ(parse_body(text).error().code, "bad_json") << text;
  EXPECT_TRUE(parse_body("")->is_null());
  EXPECT_EQ(parse_body(std::string((1 << 20) + 1, ' ')).error().status, 413);
}

TEST(Calls, TakeAPkcePairWholeOrNot) {
  http::Request request;
  const auto challenge_of = [&](std::string_view text) {
    return Call{request, {}, *parse_body(text), {}}.challenge();
  };
  EXPECT_EQ(challenge_of(R"({"code_challenge":null,"code_challenge_method":null})").value(), "");
  EXPECT_EQ(challenge_of(R"({"code_challenge":"x"})").error().code, "validation_failed");
  const std::string pair = R"({"code_challenge":")" + std::string(43, 'a') + R"(","code_challenge_method":"S256"})";
  EXPECT_EQ(challenge_of(pair).value(), "s256:" + std::string(43, 'a'));
}

}  // namespace
}  // namespace trivet::api::accounts
