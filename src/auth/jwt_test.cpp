#include "auth/jwt.h"

#include <gtest/gtest.h>

#include "auth/base64url.h"

namespace trivet::auth {
namespace {

constexpr std::string_view secret = "reallyreallyreallyreallyverysafe";
constexpr int64_t now = 1'700'000'000;

std::string with_claims(std::string_view claims) { return sign_token(claims, secret); }

std::string with_header(std::string_view header, std::string_view claims) {
  const std::string text = encode_base64url(header) + '.' + encode_base64url(claims);
  return text + '.' + encode_base64url(hmac_sha256(secret, text));
}

std::string failure(const std::string& token, std::string_view audience = {}) {
  const auto claims = verify_token(token, {secret, audience, now});
  if (claims) return "accepted";
  return std::string(error_code_info(claims.error().code).text) + ' ' + claims.error().message;
}

TEST(Base64url, IsStrict) {
  EXPECT_EQ(encode_base64url("\xff\xfe"), "__4");
  EXPECT_EQ(decode_base64url("__4"), "\xff\xfe");
  EXPECT_EQ(decode_base64url(""), "");
  for (const char* bad : {"__5", "__4=", "_", "a b", "a+/b", "____1"})
    EXPECT_FALSE(decode_base64url(bad)) << bad;
}

TEST(Jwt, AcceptsWhatItSigns) {
  const auto claims = verify_token(
      with_claims(R"({"role":"authenticated","sub":"7","exp":1700000000.5})"), {secret, {}, now});
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->role, "authenticated");
  EXPECT_EQ(claims->expires_at, now + 1);
}

TEST(Jwt, RefusesBrokenTokens) {
  const std::string good = with_claims("{}");
  EXPECT_EQ(failure(""), "PGRST301 Empty JWT is sent in Authorization header");
  EXPECT_EQ(failure("a.b"), "PGRST301 Expected 3 parts in JWT; got 2");
  EXPECT_EQ(failure("a.b.c.d"), "PGRST301 Expected 3 parts in JWT; got 4");
  EXPECT_EQ(failure(good + "A"), "PGRST301 No suitable key or wrong key type");
  EXPECT_EQ(failure(good.substr(0, good.size() - 1)), "PGRST301 No suitable key or wrong key type");
  EXPECT_EQ(failure(sign_token("{}", "another secret, just as long as it")),
            "PGRST301 No suitable key or wrong key type");
  EXPECT_EQ(failure(with_header(R"({"alg":"none"})", "{}")),
            "PGRST301 Wrong or unsupported encoding algorithm");
  EXPECT_EQ(failure(with_header(R"({"alg":"RS256"})", "{}")),
            "PGRST301 No suitable key or wrong key type");
  EXPECT_EQ(failure(with_header(R"({"alg":"HS256","alg":"HS256"})", "{}")),
            "PGRST301 Unsupported token type");
  EXPECT_EQ(failure(with_header(R"({"alg":"HS256","crit":["b64"]})", "{}")),
            "PGRST301 Unsupported token type");
  EXPECT_EQ(failure(with_header("[]", "{}")), "PGRST301 Unsupported token type");
  EXPECT_EQ(failure(std::string(token_bytes_max + 1, 'a')), "PGRST301 Unsupported token type");
}

TEST(Jwt, RefusesBrokenClaims) {
  EXPECT_EQ(failure(with_claims("[]")), "PGRST303 Parsing claims failed");
  EXPECT_EQ(failure(with_claims(R"({"role":"anon","role":"service_role"})")),
            "PGRST303 Parsing claims failed");
  EXPECT_EQ(failure(with_claims(R"({"a":[{"b":1,"b":2}]})")), "PGRST303 Parsing claims failed");
  EXPECT_EQ(failure(with_claims(R"({"role":1})")), "PGRST303 Parsing claims failed");
  EXPECT_EQ(failure(with_claims(std::string(100, '[') + std::string(100, ']'))),
            "PGRST303 Parsing claims failed");
  EXPECT_EQ(failure(with_claims(R"({"exp":"1"})")),
            "PGRST303 The JWT 'exp' claim must be a number");
  EXPECT_EQ(failure(with_claims(R"({"aud":1})")),
            "PGRST303 The JWT 'aud' claim must be a string or an array of strings");
}

TEST(Jwt, RefusesIdTokensOfOurOwn) {
  EXPECT_EQ(failure(with_claims(R"({"sub":"1","token_use":"id"})")), "PGRST301 Unsupported token type");
  EXPECT_EQ(failure(with_claims(R"({"token_use":"access"})")), "accepted");
  EXPECT_EQ(failure(with_claims(R"({"token_use":1})")), "accepted");
}

TEST(Jwt, AllowsThirtySecondsOfSkew) {
  EXPECT_EQ(failure(with_claims(R"({"exp":1699999970})")), "accepted");
  EXPECT_EQ(failure(with_claims(R"({"exp":1699999969})")), "PGRST303 JWT expired");
  EXPECT_EQ(failure(with_claims(R"({"nbf":1700000030})")), "accepted");
  EXPECT_EQ(failure(with_claims(R"({"nbf":1700000031})")), "PGRST303 JWT not yet valid");
  EXPECT_EQ(failure(with_claims(R"({"iat":1700000031})")), "PGRST303 JWT issued at future");
  EXPECT_EQ(failure(with_claims(R"({"exp":1e300,"nbf":null})")), "accepted");
}

TEST(Jwt, ChecksAudienceOnlyWhenConfigured) {
  const std::string other = with_claims(R"({"aud":["x","y"]})");
  EXPECT_EQ(failure(other), "accepted");
  EXPECT_EQ(failure(other, "y"), "accepted");
  EXPECT_EQ(failure(other, "z"), "PGRST303 JWT not in audience");
  EXPECT_EQ(failure(with_claims(R"({"aud":[]})"), "z"), "accepted");
  EXPECT_EQ(failure(with_claims("{}"), "z"), "accepted");
}

TEST(Jwt, NeedsASecret) {
  const auto claims = verify_token("a.b.c", {{}, {}, now});
  ASSERT_FALSE(claims);
  EXPECT_EQ(claims.error().code, ErrorCode::no_jwt_secret);
}

}  // namespace
}  // namespace trivet::auth
