#include "base/unicode.h"

#include <gtest/gtest.h>

namespace trivet {
namespace {

TEST(UnicodeTest, ValidatesAsRfc3629Says) {
  for (std::string_view good :
       {"", "a", "abcdefghijklmnop", "é", "€", "𝄞", "\x7f", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf",
        "\xee\x80\x80", "abcdefgé", "abcdefg€abcdefgh"}) {
    EXPECT_TRUE(is_valid_utf8(good)) << good;
  }
  for (std::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe",
        "\xe2\x82", "\xc3", "a\xf0\x9d\x84", "abcdefgh\x80"}) {
    EXPECT_FALSE(is_valid_utf8(bad)) << bad;
  }
}

TEST(UnicodeTest, WalksCodePoints) {
  const std::string_view text = "aé€𝄞";
  size_t at = 0;
  std::string again;
  for (char32_t expected : {U'a', U'é', U'€', U'𝄞'}) {
    const char32_t got = next_code_point(text, at);
    EXPECT_EQ(got, expected);
    append_code_point(again, got);
  }
  EXPECT_EQ(at, text.size());
  EXPECT_EQ(again, text);
  EXPECT_EQ(count_code_points(text), 4u);
  EXPECT_EQ(code_point_prefix_bytes(text, 0), 0u);
  EXPECT_EQ(code_point_prefix_bytes(text, 2), 3u);
  EXPECT_EQ(code_point_prefix_bytes(text, 9), text.size());
}

TEST(UnicodeTest, TrimsWhatPostgresqlTrims) {
  EXPECT_EQ(trim_space(" \t\n\v\f\r1 "), "1");
  EXPECT_EQ(trim_space("  "), "");
  EXPECT_EQ(trim_space("\xc2\xa0x"), "\xc2\xa0x");
}

}  // namespace
}  // namespace trivet
