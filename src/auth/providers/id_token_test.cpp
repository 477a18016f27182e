#include "auth/providers/id_token.h"

#include <gtest/gtest.h>

#include "auth/base64url.h"
#include "auth/jose/jws.h"

namespace trivet::auth {
namespace {

constexpr int64_t now = 1'700'000'000;

class IdTokens : public testing::Test {
 protected:
  IdTokens() : key_(Key::es256_from_seed(std::string(48, 's'))), keys_({key_}) {
    rules_.issuer = "https://id.example";
    rules_.audiences = {"ours", "mobile"};
    rules_.now_seconds = now;
  }

  [[nodiscard]] bool accepts(const std::string& claims) const {
    return verify_id_token(sign_jws(claims, key_), rules_, keys_).has_value();
  }
  [[nodiscard]] static std::string with(const std::string& more) {
    return R"({"iss":"https://id.example","sub":"a","exp":1700000100,"iat":1699999990)" +
           (more.empty() ? "" : ',' + more) + '}';
  }

  const Key key_;
  const KeySet keys_;
  IdTokenRules rules_;
};

TEST_F(IdTokens, AreForUs) {
  EXPECT_TRUE(accepts(with(R"("aud":"ours")")));
  EXPECT_TRUE(accepts(with(R"("aud":["mobile"])")));
  EXPECT_TRUE(accepts(with(R"("aud":["other","ours"],"azp":"ours")")));
  EXPECT_FALSE(accepts(with(R"("aud":["other","ours"])")));
  EXPECT_FALSE(accepts(with(R"("aud":["other","ours"],"azp":"other")")));
  EXPECT_FALSE(accepts(with(R"("aud":"ours","azp":"other")")));
  EXPECT_FALSE(accepts(with(R"("aud":"ours","azp":1)")));
  for (const char* aud : {R"("other")", "[]", "1", "null", R"(["ours",1])", "{}"})
    EXPECT_FALSE(accepts(with(std::string(R"("aud":)") + aud))) << aud;
  EXPECT_FALSE(accepts(with("")));
}

TEST_F(IdTokens, AreOfTheIssuerAndOfNow) {
  const auto claims = [](std::string_view issuer, int64_t expires, int64_t issued) {
    return R"({"aud":"ours","sub":"a","iss":")" + std::string(issuer) + R"(","exp":)" +
           std::to_string(expires) + R"(,"iat":)" + std::to_string(issued) + '}';
  };
  EXPECT_TRUE(accepts(claims("https://id.example", now + 1, now)));
  EXPECT_FALSE(accepts(claims("https://id.example/", now + 1, now)));
  EXPECT_FALSE(accepts(claims("https://ID.example", now + 1, now)));
  EXPECT_FALSE(accepts(claims("https://id.example", now - 31, now - 100)));
  EXPECT_FALSE(accepts(claims("https://id.example", now + 100, now + 31)));
  EXPECT_FALSE(accepts(claims("https://id.example", now + 100'000, now - 86'401)));
  EXPECT_FALSE(accepts(R"({"aud":"ours","sub":"a","iss":"https://id.example","exp":1700000100})"));
  EXPECT_FALSE(accepts(R"({"aud":"ours","sub":"a","iss":"https://id.example","iat":1700000000})"));
  EXPECT_FALSE(accepts(R"({"aud":"ours","sub":"","iss":"https://id.example","exp":1700000100,"iat":1700000000})"));
  EXPECT_FALSE(accepts(R"({"aud":"ours","iss":"https://id.example","exp":1700000100,"iat":1700000000})"));
}

TEST_F(IdTokens, NameTheTenantWhereTheIssuerHasOne) {
  rules_.issuer = "https://login.example/{tenantid}/v2.0";
  const auto claims = [](std::string_view issuer, std::string_view tenant) {
    return R"({"aud":"ours","sub":"a","exp":1700000100,"iat":1700000000,"iss":")" +
           std::string(issuer) + R"(","tid":")" + std::string(tenant) + R"("})";
  };
  EXPECT_TRUE(accepts(claims("https://login.example/9188040d-6c67/v2.0", "9188040d-6c67")));
  EXPECT_FALSE(accepts(claims("https://login.example/9188040d-6c67/v2.0", "9188040d-6c68")));
  EXPECT_FALSE(accepts(claims("https://login.example/x/../y/v2.0", "x/../y")));
  EXPECT_FALSE(accepts(claims("https://login.example//v2.0", "")));
  EXPECT_FALSE(accepts(claims("https://login.example/{tenantid}/v2.0", "{tenantid}")));
}

TEST_F(IdTokens, AreOfThisSignIn) {
  EXPECT_FALSE(accepts(with(R"("aud":"ours","nonce":"n")")));
  rules_.nonce = "n";
  EXPECT_TRUE(accepts(with(R"("aud":"ours","nonce":"n")")));
  EXPECT_FALSE(accepts(with(R"("aud":"ours","nonce":"m")")));
  EXPECT_FALSE(accepts(with(R"("aud":"ours","nonce":null)")));
  EXPECT_FALSE(accepts(with(R"("aud":"ours")")));
  EXPECT_EQ(hashed_nonce("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// OpenID Connect Core, A.3: the hash of that access token.
TEST_F(IdTokens, BelongToTheirAccessToken) {
  rules_.access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
  EXPECT_TRUE(accepts(with(R"("aud":"ours","at_hash":"77QmUPtjPfzWtF2AnpK9RQ")")));
  EXPECT_TRUE(accepts(with(R"("aud":"ours")")));
  EXPECT_FALSE(accepts(with(R"("aud":"ours","at_hash":"77QmUPtjPfzWtF2AnpK9RR")")));
  EXPECT_FALSE(accepts(with(R"("aud":"ours","at_hash":1)")));
}

TEST_F(IdTokens, AreSignedByAKeyOfTheSet) {
  const std::string claims = with(R"("aud":"ours")");
  const Key other = Key::es256_from_seed(std::string(48, 't'));
  EXPECT_FALSE(verify_id_token(sign_jws(claims, other), rules_, keys_));
  EXPECT_FALSE(verify_id_token(sign_jws(claims, key_), rules_, KeySet()));
  const std::string token = sign_jws(claims, key_);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (changed != token) {
      EXPECT_FALSE(verify_id_token(changed, rules_, keys_)) << i;
    }
  }
  // Whoever knows the client's secret could make these.
  const Key secret = *Key::parse(R"({"kty":"oct","k":")" + encode_base64url(std::string(32, 'k')) + R"(","alg":"HS256","kid":"s"})");
  EXPECT_FALSE(verify_id_token(sign_jws(claims, secret), rules_, KeySet({secret})));
  EXPECT_FALSE(key_of_id_token("x"));
  EXPECT_EQ(key_of_id_token(token)->algorithm, Algorithm::es256);
}

}  // namespace
}  // namespace trivet::auth
