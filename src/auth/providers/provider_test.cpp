#include "auth/providers/provider.h"

#include <gtest/gtest.h>

#include "auth/providers/endpoints.h"

namespace trivet::auth {
namespace {

ProviderOptions named(std::string name) {
  ProviderOptions options;
  options.name = std::move(name);
  options.client_id = options.client_secret = "c";
  return options;
}

TEST(Providers, TakeWhatCanBeUsed) {
  for (const char* name : {"google", "github", "apple", "azure", "gitlab", "discord", "facebook", "slack_oidc"})
    EXPECT_TRUE(check_provider(named(name))) << name;
  for (const char* name : {"", "Google", "a b", "email", "phone", "custom:", "unknown", "a.b"})
    EXPECT_FALSE(check_provider(named(name))) << name;
  ProviderOptions own = named("custom:intranet");
  for (const char* issuer : {"http://id.example", "id.example", "https://u@id.example", "https://id.example?a", ""}) {
    own.issuer = issuer;
    EXPECT_FALSE(check_provider(own)) << issuer;
  }
  own.issuer = "https://id.example/realm";
  EXPECT_EQ(discovery_url(*check_provider(own)), "https://id.example/realm/.well-known/openid-configuration");
  own.client_secret.clear();
  EXPECT_TRUE(check_provider(own));
  ProviderOptions hub = named("github");
  hub.issuer = "https://id.example";
  EXPECT_FALSE(check_provider(hub));
  hub.issuer.clear();
  hub.client_secret.clear();
  EXPECT_FALSE(check_provider(hub));
  EXPECT_FALSE(check_providers({named("google"), named("google")}));
}

TEST(Providers, CanBeHostedByTheProject) {
  ProviderOptions options = named("gitlab");
  options.url = "https://git.example/";
  EXPECT_EQ(check_provider(options)->form.profile, "https://git.example/api/v4/user");
  options = named("github");
  options.url = "https://git.example";
  EXPECT_EQ(check_provider(options)->form.authorize, "https://git.example/login/oauth/authorize");
  EXPECT_EQ(check_provider(options)->form.emails, "https://git.example/api/v3/user/emails");
  options = named("google");
  options.url = "https://git.example";
  EXPECT_FALSE(check_provider(options));
}

TEST(Endpoints, ComeFromTheProvidersOwnDocument) {
  ProviderOptions options = named("custom:x");
  options.issuer = "https://id.example";
  const Provider provider = *check_provider(options);
  const auto parse = [&](std::string_view more) {
    return parse_endpoints(provider, R"({"issuer":"https://id.example","token_endpoint":"https://id.example/t",)"
                                     R"("jwks_uri":"https://keys.example/k")" +
                                         std::string(more) + '}');
  };
  const auto whole = parse(R"(,"authorization_endpoint":"https://id.example/a?b=c","userinfo_endpoint":"https://id.example/u")");
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->authorize, "https://id.example/a?b=c");
  EXPECT_EQ(whole->profile, "https://id.example/u");
  EXPECT_TRUE(whole->basic_auth);
  EXPECT_FALSE(whole->names_issuer);
  const auto more = parse(R"(,"authorization_endpoint":"https://id.example/a","authorization_response_iss_parameter_supported":true,)"
                          R"("token_endpoint_auth_methods_supported":["client_secret_post"])");
  ASSERT_TRUE(more);
  EXPECT_TRUE(more->names_issuer);
  EXPECT_FALSE(more->basic_auth);
  for (const char* url : {"http://id.example/a", "/a", "file:///etc/passwd", "https://u:p@id.example/a",
                          "https://id.example/a#b", "https:/id.example/a", ""})
    EXPECT_FALSE(parse(R"(,"authorization_endpoint":")" + std::string(url) + '"')) << url;
  EXPECT_FALSE(parse(""));
  EXPECT_FALSE(parse_endpoints(provider, R"({"issuer":"https://evil.example"})"));
  EXPECT_FALSE(parse_endpoints(provider, "[]"));
}

}  // namespace
}  // namespace trivet::auth
