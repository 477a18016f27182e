#include "value/fold.h"

#include <gtest/gtest.h>

namespace trivet {
namespace {

TEST(FoldTest, FoldsUnicode) {
  EXPECT_EQ(fold_case("HeLLo 1"), "hello 1");
  EXPECT_EQ(fold_case("ÉCOLE Straße ΣΑΣ Ж"), "école straße σασ ж");
  EXPECT_EQ(compare_folded("ÄPFEL", "äpfel"), 0);
  EXPECT_LT(compare_folded("Apfel", "BIRNE"), 0);
  EXPECT_TRUE(contains_folded("Größe", "ÖSS") == false && contains_folded("Größe", "RÖ"));
}

TEST(FoldTest, ComparesByCodePoint) {
  EXPECT_EQ(compare_text("a", "a"), 0);
  EXPECT_EQ(compare_text("Z", "a"), -1);
  EXPECT_EQ(compare_text("\uffff", "𝄞"), -1);
  EXPECT_EQ(compare_text("ab", "a"), 1);
}

struct Case {
  std::string_view text;
  std::string_view pattern;
  bool matches;
};

// Answers of PostgreSQL 15's LIKE.
constexpr Case cases[] = {
    {"abc", "abc", true},
    {"abc", "ab", false},
    {"abc", "a%", true},
    {"abc", "%c", true},
    {"abc", "%b%", true},
    {"abc", "a_c", true},
    {"abc", "a_", false},
    {"abc", "___", true},
    {"abc", "____", false},
    {"", "", true},
    {"", "%", true},
    {"", "_", false},
    {"a%c", "a\\%c", true},
    {"abc", "a\\%c", false},
    {"a\\c", "a\\\\c", true},
    {"é", "_", true},
    {"aéb", "a_b", true},
    {"𝄞", "_", true},
    {"abcabc", "%abc", true},
    {"abcab", "%abc", false},
    {"aab", "%ab", true},
    {"mississippi", "m%iss%ip%i", true},
    {"mississippi", "m%iss%ix%", false},
    {"abc", "%%%", true},
    {"abc", "%_%_%_%", true},
    {"ab", "%_%_%_%", false},
    {"ABC", "abc", false},
    {"a\nb", "a%b", true},
    {"abc", "a\\bc", true},
    {"xay", "%_a%", true},
    {"ay", "%_a%", false},
};

TEST(FoldTest, LikeAsPostgresql) {
  for (const Case& c : cases)
    EXPECT_EQ(*like(c.text, c.pattern, CaseRule::sensitive), c.matches)
        << c.text << " " << c.pattern;
  EXPECT_EQ(like("a", "a\\", CaseRule::sensitive).error().code, ErrorCode::bad_escape_sequence);
}

TEST(FoldTest, IlikeFolds) {
  EXPECT_TRUE(*like("ÉCOLE", "éc%", CaseRule::folded));
  EXPECT_TRUE(*like("straße", "STRA_E", CaseRule::folded));
  EXPECT_TRUE(*like("Σας", "σΑσ", CaseRule::folded));
  EXPECT_FALSE(*like("abc", "B%", CaseRule::folded));
}

TEST(FoldTest, LikeIsNotExponential) {
  const std::string text(20'000, 'a');
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "%a";
  EXPECT_FALSE(*like(text, pattern + "b", CaseRule::sensitive));
}

TEST(FoldTest, KnowsLiteralPatterns) {
  const LikePattern exact = *LikePattern::compile("a\\%b", CaseRule::sensitive);
  ASSERT_NE(exact.literal(), nullptr);
  EXPECT_EQ(*exact.literal(), "a%b");
  EXPECT_EQ(LikePattern::compile("a%", CaseRule::sensitive)->literal(), nullptr);
  EXPECT_EQ(like_from_stars("*a\\*b_"), "%a\\%b_");
  EXPECT_EQ(escape_like("50%_\\"), "50\\%\\_\\\\");
}

}  // namespace
}  // namespace trivet
