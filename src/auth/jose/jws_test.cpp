#include "auth/jose/jws.h"

#include <gtest/gtest.h>

#include "auth/base64url.h"
#include "auth/jwt.h"

namespace trivet::auth {
namespace {

const Key& key() {
  static const Key made = Key::es256_from_seed(std::string(48, 'k'));
  return made;
}

std::string signed_with(std::string_view header, std::string_view payload = "{}") {
  const std::string text = encode_base64url(header) + '.' + encode_base64url(payload);
  return text + '.' + encode_base64url(key().sign(Algorithm::es256, text));
}

bool accepts(std::string_view token) {
  return verify_jws(token, key(), Algorithm::es256).has_value();
}

TEST(Jws, AcceptsWhatItSigns) {
  const std::string token = sign_jws(R"({"sub":"7"})", key());
  EXPECT_EQ(*verify_jws(token, key(), Algorithm::es256), R"({"sub":"7"})");
  EXPECT_TRUE(accepts(signed_with(R"({"alg":"ES256"})")));
  EXPECT_TRUE(accepts(signed_with(R"({"alg":"ES256","typ":"at+jwt","x5t":"a","other":{}})")));
}

TEST(Jws, RefusesHeadersThatNameKeysOrOtherTokens) {
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"NONE"})", R"({"alg":"es256"})", R"({"alg":"HS256"})",
        R"({"alg":"ES384"})", R"({"alg":["ES256"]})", R"({"alg":""})", R"({})", R"([])",
        R"({"alg":"ES256","alg":"ES256"})", R"({"alg":"ES256","kid":"other"})",
        R"({"alg":"ES256","kid":"../../etc/passwd"})", R"({"alg":"ES256","kid":"' OR 1=1"})",
        R"({"alg":"ES256","kid":1})", R"({"alg":"ES256","typ":1})",
        R"({"alg":"ES256","jku":"http://127.0.0.1/"})",
        R"({"alg":"ES256","x5u":"http://127.0.0.1/"})", R"({"alg":"ES256","x5c":[]})",
        R"({"alg":"ES256","jwk":{}})", R"({"alg":"ES256","crit":["b64"],"b64":false})",
        R"({"alg":"ES256","cty":"JWT"})", R"({"alg":"ES256"} )" "x"})
    EXPECT_FALSE(accepts(signed_with(header))) << header;
  EXPECT_FALSE(accepts(signed_with(R"({"alg":"ES256","kid":")" + std::string(129, 'a') + "\"}")));
}

// The signature in DER, and the same one with its s negated, are other texts of one signature.
TEST(Jws, RefusesOtherFormsOfTheSignature) {
  const std::string token = signed_with(R"({"alg":"ES256"})");
  const std::string text = token.substr(0, token.rfind('.') + 1);
  const std::string raw = *decode_base64url(token.substr(text.size()));
  const std::string integer = std::string("\x02\x21\0", 3);
  const std::string der = std::string("\x30\x46") + integer + raw.substr(0, 32) + integer +
                          raw.substr(32);
  EXPECT_FALSE(accepts(text + encode_base64url(der)));
  EXPECT_FALSE(accepts(text + encode_base64url(std::string(64, '\0'))));
  EXPECT_FALSE(accepts(text + encode_base64url(raw + raw)));
  EXPECT_FALSE(accepts(token + "="));
  EXPECT_FALSE(accepts(token + "\n"));
  EXPECT_FALSE(accepts(text));
  EXPECT_FALSE(accepts(std::string(token_bytes_max + 1, 'a')));
}

TEST(Jws, APublicKeyIsNoSecret) {
  const auto shown = Key::parse(key().public_jwk());
  for (const std::string& secret : {key().public_jwk(), key().thumbprint()}) {
    const std::string text =
        encode_base64url(R"({"alg":"HS256","kid":")" + key().id() + "\"}") + ".e30";
    const std::string token = text + '.' + encode_base64url(hmac_sha256(secret, text));
    EXPECT_FALSE(verify_jws(token, *shown, Algorithm::hs256));
    EXPECT_FALSE(verify_jws(token, *shown, Algorithm::es256));
  }
}

TEST(Jwt, IsVerifiedByTheKeyThatItNames) {
  const KeySet keys({key(), Key::es256_from_seed(std::string(48, 'l'))});
  const std::string token = sign_jws(R"({"role":"authenticated"})", key());
  VerifyOptions options{"reallyreallyreallyreallyverysafe", {}, 1'700'000'000, &keys};
  EXPECT_EQ(verify_token(token, options)->role, "authenticated");
  EXPECT_EQ(verify_token(signed_with(R"({"alg":"ES256","typ":"dpop+jwt","kid":")" + key().id() +
                                     "\"}"),
                         options)
                .error()
                .message,
            "Unsupported token type");
  // It names none, and two could be meant.
  EXPECT_FALSE(verify_token(signed_with(R"({"alg":"ES256"})"), options));
  EXPECT_FALSE(
      verify_token(sign_jws("{}", Key::es256_from_seed(std::string(48, 'm'))), options));
  EXPECT_TRUE(verify_token(sign_token("{}", options.secret), options));
  options.secret = {};
  EXPECT_FALSE(verify_token(sign_token("{}", ""), options));
}

}  // namespace
}  // namespace trivet::auth
