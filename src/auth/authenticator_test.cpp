#include "auth/authenticator.h"

#include <gtest/gtest.h>

#include "auth/base64url.h"
#include "auth/jwt.h"

namespace trivet::auth {
namespace {

const std::string secret = "reallyreallyreallyreallyverysafe";

struct Asking {
  http::Request request;
  Asking& header(std::string_view name, std::string_view value) {
    request.headers.push_back({name, value});
    return *this;
  }
};

class AuthenticatorTest : public ::testing::Test {
 protected:
  std::string ask(const http::Request& request, AuthenticatorOptions options = {}) {
    const Authenticator authenticator(keys, std::move(options), clock);
    const auto identity = authenticator.authenticate(request);
    if (!identity) return identity.error().message;
    return (*identity)->role_name;
  }
  ManualClock clock{1'700'000'000'000'000};
  ProjectKeys keys = derive_keys(secret);
};

TEST_F(AuthenticatorTest, NoKeyIsAnonymousUnlessRequired) {
  EXPECT_EQ(ask({}), "anon");
  EXPECT_EQ(ask({}, {.audience = {}, .key = KeyPolicy::required}), "No API key found in request");
  EXPECT_EQ(ask({}, {.audience = {}, .anonymous = AnonymousPolicy::refused}),
            "Anonymous access is disabled");
}

TEST_F(AuthenticatorTest, ProjectKeys) {
  EXPECT_EQ(ask(Asking().header("ApiKey", keys.publishable).request), "anon");
  EXPECT_EQ(ask(Asking().header("apikey", keys.secret_key).request), "service_role");
  EXPECT_EQ(ask(Asking().header("apikey", keys.service_jwt).request), "service_role");
  EXPECT_EQ(ask(Asking().header("apikey", keys.anon_jwt).request), "anon");
  EXPECT_EQ(ask(Asking().header("apikey", "sb_secret_wrong").request), "Invalid API key");
  EXPECT_EQ(ask(Asking().header("apikey", "a.b.c").request), "Invalid API key");
  http::Request request;
  const std::string query = "select=*&apikey=" + keys.secret_key;
  request.query = query;
  EXPECT_EQ(ask(request), "service_role");
}

TEST_F(AuthenticatorTest, TokensOfTheRing) {
  const KeyRing ring = KeyRing::derived(secret);
  const Key& key = ring.signing_key(0);
  const std::string bearer = "Bearer " + sign_jws(R"({"role":"authenticated"})", key);
  EXPECT_EQ(ask(Asking().header("authorization", bearer).request), "authenticated");
  const auto other = std::make_shared<const KeyRing>(KeyRing::derived("another " + secret));
  EXPECT_EQ(ask(Asking().header("authorization", bearer).request, {.audience = {}, .ring = other}),
            "No suitable key or wrong key type");
  const std::string confused =
      encode_base64url(R"({"alg":"HS256","kid":")" + key.id() + "\"}") + ".e30";
  const std::string forged =
      "Bearer " + confused + '.' + encode_base64url(hmac_sha256(key.public_jwk(), confused));
  EXPECT_EQ(ask(Asking().header("authorization", forged).request),
            "No suitable key or wrong key type");
}

TEST_F(AuthenticatorTest, OpaqueKeyInAuthorizationIsNoToken) {
  const std::string copied = "Bearer " + keys.publishable;
  EXPECT_EQ(ask(Asking().header("authorization", copied).request), "anon");
  EXPECT_EQ(ask(Asking().header("authorization", copied).header("apikey", keys.secret_key).request),
            "service_role");
  EXPECT_EQ(ask(Asking().header("authorization", "Bearer sb_x").request), "Invalid API key");
}

TEST_F(AuthenticatorTest, BearerWinsOverKey) {
  const std::string user = "bEARER " + sign_token(R"({"role":"authenticated","sub":"7"})", secret);
  EXPECT_EQ(ask(Asking().header("apikey", keys.secret_key).header("authorization", user).request),
            "authenticated");
  EXPECT_EQ(
      ask(Asking().header("apikey", keys.secret_key).header("authorization", "Bearer x").request),
      "Expected 3 parts in JWT; got 1");
  EXPECT_EQ(ask(Asking().header("authorization", "Basic abc").request), "anon");
}

TEST_F(AuthenticatorTest, AnonymousTokensCarryNoClaims) {
  const Authenticator authenticator(keys, {}, clock);
  const std::string token = "Bearer " + sign_token(R"({"role":"anon","sub":"7"})", secret);
  const auto identity = authenticator.authenticate(Asking().header("authorization", token).request);
  ASSERT_TRUE(identity);
  EXPECT_EQ((*identity)->claims_json, "");
}

TEST_F(AuthenticatorTest, CacheHonoursExpiry) {
  const Authenticator authenticator(keys, {}, clock);
  const std::string token =
      "Bearer " + sign_token(R"({"role":"authenticated","exp":1700000010})", secret);
  const Asking asking = Asking().header("authorization", token);
  const auto first = authenticator.authenticate(asking.request);
  const auto second = authenticator.authenticate(asking.request);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->get(), second->get());
  clock.advance_us(41'000'000);
  const auto third = authenticator.authenticate(asking.request);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().message, "JWT expired");
}

TEST(TokenCache, IsBounded) {
  TokenCache cache;
  const size_t tokens = 3 * TokenCache::entries_max;
  for (size_t i = 0; i < tokens; ++i) cache.insert(std::to_string(i), {});
  size_t found = 0;
  for (size_t i = 0; i < tokens; ++i) found += cache.find(std::to_string(i)).has_value();
  EXPECT_GT(found, TokenCache::entries_max / 2);
  EXPECT_LE(found, TokenCache::entries_max);
}

}  // namespace
}  // namespace trivet::auth
