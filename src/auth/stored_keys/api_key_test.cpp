#include "auth/stored_keys/api_key.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace trivet::auth {
namespace {

TEST(ApiKey, Text) {
  SeededRandom random(1);
  const std::string text = make_api_key(ApiKeyKind::secret, random);
  EXPECT_EQ(text.size(), std::string_view("sb_secret_").size() + 22 + 1 + 8);
  EXPECT_TRUE(is_api_key(text));
  EXPECT_TRUE(is_api_key(make_api_key(ApiKeyKind::publishable, random)));
  EXPECT_NE(make_api_key(ApiKeyKind::secret, random), text);
  EXPECT_EQ(api_key_hint(text), text.substr(0, 14) + "…");
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(is_api_key(changed)) << i;
  }
  for (const std::string_view other : {"", "sb_", "sb_secret_", "sb_secret_x", "sb_temp_x"})
    EXPECT_FALSE(is_api_key(other)) << other;
  EXPECT_EQ(hash_api_key("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");  // FIPS 180-4
}

TEST(ApiKey, WhoItIs) {
  ApiKey key;
  key.name = "nightly";
  key.role = "anon";
  EXPECT_EQ(identity_of(key).role, Role::anon);
  key.role = "service_role";
  EXPECT_TRUE(identity_of(key).bypasses_rules());
  key.role = "reporter";
  const Identity identity = identity_of(key);
  EXPECT_EQ(identity.role, Role::authenticated);
  EXPECT_EQ(identity.claims_json, R"({"role":"reporter","api_key":"nightly"})");
}

TEST(ApiKey, IsChecked) {
  ApiKey key;
  key.name = "nightly";
  key.role = "service_role";
  const auto is_fine = [](const ApiKey& wanted) { return check_api_key(wanted).has_value(); };
  EXPECT_TRUE(is_fine(key));
  key.scopes = "rest:read rpc auth:write";
  EXPECT_TRUE(is_fine(key));
  for (const char* scopes : {"all", "rest:", "rest:reads", "rest:read,rpc", "rest  rpc", "REST"}) {
    key.scopes = scopes;
    EXPECT_FALSE(is_fine(key)) << scopes;
  }
  key.scopes.clear();
  key.kind = ApiKeyKind::publishable;
  EXPECT_FALSE(is_fine(key));
  key.role = "anon";
  EXPECT_TRUE(is_fine(key));
  key.name = "two words";
  EXPECT_FALSE(is_fine(key));
}

bool is_allowed(std::string_view scopes, http::Method method, std::string_view path) {
  http::Request request;
  request.method = method;
  request.path = path;
  return allows(scopes, request);
}

TEST(ApiKey, Scopes) {
  using enum http::Method;
  EXPECT_TRUE(is_allowed("", post, "/anything"));
  EXPECT_TRUE(is_allowed("rest", post, "/rest/v1/Note"));
  EXPECT_TRUE(is_allowed("rest:read", get, "/rest/v1/Note"));
  EXPECT_TRUE(is_allowed("rest:read", head, "/rest/v1/Note"));
  EXPECT_FALSE(is_allowed("rest:read", post, "/rest/v1/Note"));
  EXPECT_FALSE(is_allowed("rest:write", get, "/rest/v1/Note"));
  EXPECT_TRUE(is_allowed("rest:write", delete_, "/rest/v1/Note"));
  EXPECT_FALSE(is_allowed("rest", post, "/rest/v1/rpc/run"));
  EXPECT_TRUE(is_allowed("rest:read rpc", post, "/rest/v1/rpc/run"));
  EXPECT_FALSE(is_allowed("rpc", get, "/rest/v1/rpcs"));
  EXPECT_FALSE(is_allowed("rest rpc", get, "/auth/v1/admin/users"));
  EXPECT_TRUE(is_allowed("auth:read", get, "/auth/v1/admin/users"));
  EXPECT_FALSE(is_allowed("rest rpc auth", get, "/openapi.json"));
}

}  // namespace
}  // namespace trivet::auth
