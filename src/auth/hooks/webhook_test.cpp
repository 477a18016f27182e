#include "auth/hooks/webhook.h"

#include <gtest/gtest.h>

namespace trivet::auth {
namespace {

constexpr std::string_view secret = "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

// The vector that the libraries of standardwebhooks.com are tested with.
TEST(Webhook, SignsAsThePublicVector) {
  const auto secrets = parse_webhook_secrets(secret);
  ASSERT_TRUE(secrets.has_value());
  EXPECT_EQ(sign_webhook({"msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"}, *secrets),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Webhook, SignsWithEachSecret) {
  const auto both = parse_webhook_secrets(std::string(secret) + "|v1,whsec_" + std::string(32, 'A'));
  ASSERT_TRUE(both.has_value());
  ASSERT_EQ(both->size(), 2u);
  const WebhookMessage message{"a", 1, "{}"};
  EXPECT_EQ(sign_webhook(message, *both),
            sign_webhook(message, {both->front()}) + ' ' + sign_webhook(message, {both->back()}));
}

TEST(Webhook, RefusesWhatIsNoSecret) {
  for (const std::string_view text :
       {"", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,whsec_", "v1,whsec_AAAA", "v1,whsec_???",
        "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw|"}) {
    const auto secrets = parse_webhook_secrets(text);
    ASSERT_FALSE(secrets.has_value()) << text;
    EXPECT_EQ(secrets.error().message.find("MfKQ"), std::string::npos);
  }
}

}  // namespace
}  // namespace trivet::auth
