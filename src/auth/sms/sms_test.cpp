#include "auth/sms/sms.h"

#include <gtest/gtest.h>

#include <future>

#include "auth/sms/sms_hook.h"

namespace trivet::auth {
namespace {

TEST(Sms, NumbersAreDigitsAlone) {
  EXPECT_EQ(normalize_phone("+49 151 234"), "49151234");
  EXPECT_EQ(normalize_phone("15550100"), "15550100");
  for (const std::string_view text : {"", "+", "1", "+0151", "++49151", "49-151", "1234567890123456", "49a", "４９"})
    EXPECT_EQ(normalize_phone(text), "") << text;
}

TEST(Sms, ATemplateHasOnePlaceForTheCode) {
  EXPECT_EQ(fill_sms_template("Use {{ .Code }} now", "000123"), "Use 000123 now");
  EXPECT_TRUE(check_sms_template("Your code is {{ .Code }}").has_value());
  for (const std::string_view text : {"", "no place", "{{ .Code }} {{ .Code }}", "{{ .Name }} {{ .Code }}", "{{ .Code }} {{"})
    EXPECT_FALSE(check_sms_template(text).has_value()) << text;
}

SmsHookOptions options() {
  SmsHookOptions made;
  made.url = "http://127.0.0.1:1/hook";
  made.secret = "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  made.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(1)};
  return made;
}

TEST(SmsHook, AnEndpointIsEncryptedOrOfThisMachine) {
  SmsHookOptions given = options();
  for (const std::string_view url : {"https://a.example/x", "http://localhost/x", "http://[::1]:9/x"}) {
    given.url = url;
    EXPECT_TRUE(check_sms_hook(given).has_value()) << url;
  }
  for (const std::string_view url : {"", "http://a.example/x", "http://localhost.evil.example", "ftp://localhost",
                                     "http://127.0.0.1@evil.example/"}) {
    given.url = url;
    EXPECT_FALSE(check_sms_hook(given).has_value()) << url;
  }
  given.url = "https://a.example";
  given.secret = "x";
  EXPECT_FALSE(check_sms_hook(given).has_value());
}

TEST(SmsHook, TriesThreeTimesWithOneIdAndTellsNoSecret) {
  std::promise<void> given_up;
  std::vector<std::string> ids;
  std::string log;
  const auto fetch = [&](const FetchRequest& request) -> result<std::string> {
    EXPECT_TRUE(request.may_be_empty);
    EXPECT_EQ(request.reach, Reach::this_machine);
    EXPECT_NE(request.form.find(R"("otp":"123456","phone":"49151")"), std::string::npos);
    EXPECT_EQ(request.form.find("argon"), std::string::npos);
    ids.push_back(request.headers[1]);
    return fail(ErrorCode::connection_failed, "down");
  };
  SmsHook hook(options(), fetch, [&](std::string_view text) {
    log += text;
    if (text.find("given up") != text.npos) given_up.set_value();
  });
  Sms sms;
  sms.id = "a-b-c";
  sms.to = "49151";
  sms.code = "123456";
  sms.kind = "confirmation";
  sms.user.password = "$argon2id$";
  hook.send(sms);
  given_up.get_future().wait();
  EXPECT_EQ(ids, std::vector<std::string>(3, "webhook-id: a-b-c"));
  EXPECT_EQ(log.find("123456"), std::string::npos);
  EXPECT_EQ(log.find("49151"), std::string::npos);
}

}  // namespace
}  // namespace trivet::auth
