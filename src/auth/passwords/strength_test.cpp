#include "auth/passwords/strength.h"

#include <gtest/gtest.h>

namespace trivet::auth {
namespace {

using Reasons = std::vector<std::string>;

Reasons of(std::string_view password, std::string_view requirements) {
  return weaknesses(password, {8, letters_of(requirements)});
}

TEST(PasswordStrength, CountsBytes) {
  EXPECT_EQ(of("abcdefg", ""), Reasons{"length"});
  EXPECT_EQ(of("abcdefgh", ""), Reasons{});
  EXPECT_EQ(of("\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC", ""), Reasons{});
}

TEST(PasswordStrength, WantsOneOfEachSet) {
  EXPECT_EQ(of("abcdefgh", "letters_digits"), Reasons{"characters"});
  EXPECT_EQ(of("abcdefg1", "letters_digits"), Reasons{});
  EXPECT_EQ(of("ABCDEFG1", "letters_digits"), Reasons{});
  EXPECT_EQ(of("abcdefg1", "lower_upper_letters_digits"), Reasons{"characters"});
  EXPECT_EQ(of("Abcdefg1", "lower_upper_letters_digits"), Reasons{});
  EXPECT_EQ(of("Abcdefg1", "lower_upper_letters_digits_symbols"), Reasons{"characters"});
  EXPECT_EQ(of("Abcdef~1", "lower_upper_letters_digits_symbols"), Reasons{});
  EXPECT_EQ(of("abc", "letters_digits"), (Reasons{"length", "characters"}));
}

TEST(PasswordStrength, TellsAllThatIsWrong) {
  const PasswordRules rules{8, letters_of("letters_digits")};
  EXPECT_EQ(describe_weaknesses(weaknesses("abc", rules), rules),
            "Password should be at least 8 characters. Password should contain at least one "
            "character of each: "
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, 0123456789.");
}

}  // namespace
}  // namespace trivet::auth
