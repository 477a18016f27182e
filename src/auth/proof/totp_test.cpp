#include "auth/proof/totp.h"

#include <gtest/gtest.h>

namespace trivet::auth {
namespace {

constexpr std::string_view secret = "12345678901234567890";

// RFC 6238, appendix B: the last six of its eight digits.
TEST(Totp, MakesTheCodesOfTheRfc) {
  struct Case {
    int64_t seconds;
    std::string_view code;
  };
  for (const Case& each : {Case{59, "287082"}, Case{1111111109, "081804"},
                           Case{1111111111, "050471"}, Case{1234567890, "005924"},
                           Case{2000000000, "279037"}, Case{20000000000, "353130"}})
    EXPECT_EQ(totp_code(secret, each.seconds / totp_step_seconds), each.code);
}

TEST(Totp, TakesTheStepsAroundNowAndNoneTwice) {
  const int64_t now = 1'700'000'010;
  const int64_t step = now / totp_step_seconds;
  for (int64_t by = -1; by <= 1; ++by)
    EXPECT_EQ(find_totp_step(secret, totp_code(secret, step + by), now, 0), step + by);
  EXPECT_FALSE(find_totp_step(secret, totp_code(secret, step - 2), now, 0));
  EXPECT_FALSE(find_totp_step(secret, totp_code(secret, step + 2), now, 0));
  EXPECT_FALSE(find_totp_step(secret, totp_code(secret, step), now, step));
  EXPECT_FALSE(find_totp_step(secret, totp_code(secret, step - 1), now, step));
  EXPECT_EQ(find_totp_step(secret, totp_code(secret, step + 1), now, step), step + 1);
  for (const std::string_view wrong : {"", "0", "12345", "1234567", "abcdef"})
    EXPECT_FALSE(find_totp_step(secret, wrong, now, 0)) << wrong;
}

// RFC 4648, section 10.
TEST(Totp, WritesBase32) {
  EXPECT_EQ(encode_base32(""), "");
  EXPECT_EQ(encode_base32("f"), "MY");
  EXPECT_EQ(encode_base32("fo"), "MZXQ");
  EXPECT_EQ(encode_base32("foo"), "MZXW6");
  EXPECT_EQ(encode_base32("foob"), "MZXW6YQ");
  EXPECT_EQ(encode_base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(encode_base32("foobar"), "MZXW6YTBOI");
}

TEST(Totp, WritesAddressesAndImages) {
  const std::string uri = totp_uri("ABC", {"My Shop", "a+b@x.dev"});
  EXPECT_EQ(uri,
            "otpauth://totp/My%20Shop:a%2Bb%40x.dev?algorithm=SHA1&digits=6&issuer=My%20Shop&period="
            "30&secret=ABC");
  const std::string svg = qr_svg(uri);
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
  EXPECT_EQ(svg.find('#'), svg.npos);
  EXPECT_EQ(qr_svg(std::string(5000, 'a')), "");
}

}  // namespace
}  // namespace trivet::auth
