#include "auth/accounts/tokens.h"

#include <gtest/gtest.h>

#include "auth/accounts/json_object.h"
#include "auth/base64url.h"

namespace trivet::auth {
namespace {

constexpr std::string_view secret = "reallyreallyreallyreallyverysafe";
const RefreshToken token{"0189f7a4-7c3f-4a8e-9a52-6f2b4c1d0e3f", 5};

TEST(RefreshTokens, ComeBackAsTheyWent) {
  const auto read = decode_refresh_token(encode_refresh_token(token, secret), secret);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->session_id, token.session_id);
  EXPECT_EQ(read->counter, 5);
}

TEST(RefreshTokens, AreRefusedWhenAnyBitIsAnother) {
  const std::string bytes = *decode_base64url(encode_refresh_token(token, secret));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(decode_refresh_token(encode_base64url(changed), secret)) << bit;
  }
  EXPECT_FALSE(decode_refresh_token(encode_base64url(bytes + 'x'), secret));
  EXPECT_FALSE(decode_refresh_token(encode_base64url(bytes.substr(1)), secret));
  EXPECT_FALSE(decode_refresh_token(encode_refresh_token(token, secret), "another secret of 32 bytes......"));
  for (const std::string_view text : {"", "x", "=", "a.b.c"})
    EXPECT_FALSE(decode_refresh_token(text, secret)) << text;
}

TEST(Codes, DependOnUserSlotAndCode) {
  OneTimeToken one;
  one.user_id = "a";
  one.slot = "recovery";
  OneTimeToken other = one;
  other.slot = "confirmation";
  EXPECT_EQ(hash_code(one, "123456", secret), hash_code(one, "123456", secret));
  EXPECT_NE(hash_code(one, "123456", secret), hash_code(one, "123457", secret));
  EXPECT_NE(hash_code(one, "123456", secret), hash_code(other, "123456", secret));
  EXPECT_NE(hash_code(one, "123456", secret), hash_code(one, "123456", "another"));
}

TEST(MergeJson, ReplacesAddsAndDeletes) {
  EXPECT_EQ(merge_json(R"({"a":1,"b":{"c":2},"d":3})", R"({"a":null,"b":4,"e":[1]})"),
            R"({"d":3,"b":4,"e":[1]})");
  EXPECT_EQ(merge_json("{}", R"({"a":1,"a":2,"é":"x"})"), R"({"a":2,"é":"x"})");
  EXPECT_EQ(merge_json(R"({"a\u0062":1})", R"({"ab":2})"), R"({"ab":2})");
  EXPECT_EQ(text_member(R"({"sub":"x","n":1})", "sub"), "x");
  EXPECT_EQ(text_member(R"({"sub":"x","n":1})", "n"), "");
}

}  // namespace
}  // namespace trivet::auth
