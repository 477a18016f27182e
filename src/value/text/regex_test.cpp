#include "value/regex.h"

#include <gtest/gtest.h>

#include <thread>

namespace trivet {
namespace {

struct Case {
  std::string_view text;
  std::string_view pattern;
  bool matches;
};

// Answers of PostgreSQL 15's ~.
constexpr Case cases[] = {
    {"abc", "b", true},
    {"abc", "^b", false},
    {"abc", "^a.c$", true},
    {"a\nc", "a.c", true},
    {"a\nb", "^b", false},
    {"a\n", "a$", false},
    {"héllo", "^h\\wllo$", true},
    {"abc", "[[:alpha:]]+", true},
    {"é", "[[:alpha:]]", true},
    {"a]b", "[]]", true},
    {"a-b", "[a\\-]{2}", true},
    {"foo bar", "\\ybar\\y", true},
    {"foobar", "\\ybar", false},
    {"a{b", "a{b", true},
    {"aaa", "^a{2,3}$", true},
    {"aaaa", "^a{2,3}$", false},
    {"a.b", "a\\.b", true},
    {"axb", "a\\.b", false},
    {"ABC", "abc", false},
    {"ABC", "(?i)abc", true},
    {"a1", "^\\D\\d$", true},
    {"[x", "[[]x", true},
    {"tab\there", "\\t", true},
    {"é", "\\u00e9", true},
    {"x", "(?:y|x)", true},
    {"abc", "\\Aabc\\Z", true},
    {"a b", "a\\sb", true},
    {"_", "\\W", false},
    {"", "", true},
    {"-", "[\\w-]", true},
};

TEST(RegexTest, MatchesAsPostgresql) {
  for (const Case& c : cases) {
    const auto regex = Regex::compile(c.pattern, CaseRule::sensitive);
    ASSERT_TRUE(regex) << c.pattern << ": " << regex.error().message;
    EXPECT_EQ(regex->matches(c.text), c.matches) << c.text << " ~ " << c.pattern;
  }
  EXPECT_TRUE(Regex::compile("ÉCO", CaseRule::folded)->matches("l'école"));
}

TEST(RegexTest, RefusesWhatTheTwoReadDifferently) {
  for (std::string_view pattern :
       {"(?=a)", "(?!a)",   "(?<=a)b", "(a)\\1",  "\\bword", "\\mword", "\\Mx", "***=a", "(?P<n>a)",
        "\\pL",  "\\Qa\\E", "[[.a.]]", "[[:<:]]", "a{256}",  "(",       "a)",   "[a",    "*a",
        "a**",   "\\",      "a(?i)b",  "[\\W]",   "\\B",     "\\cA",    "[z-a]"}) {
    const auto regex = Regex::compile(pattern, CaseRule::sensitive);
    ASSERT_FALSE(regex) << pattern;
    EXPECT_EQ(regex.error().code, ErrorCode::bad_regex);
    EXPECT_TRUE(regex.error().message.starts_with("invalid regular expression: "))
        << regex.error().message;
  }
}

TEST(RegexTest, RefusesWhatWouldNeedTooMuchMemory) {
  EXPECT_FALSE(Regex::compile("(((a{255}){255}){255}){255}", CaseRule::sensitive));
}

TEST(RegexTest, CacheKeepsTheLastUsed) {
  RegexCache cache(2);
  const auto first = *cache.find("a", CaseRule::sensitive);
  EXPECT_EQ(*cache.find("a", CaseRule::sensitive), first);
  EXPECT_NE(*cache.find("a", CaseRule::folded), first);
  EXPECT_EQ(*cache.find("a", CaseRule::sensitive), first);
  static_cast<void>(cache.find("b", CaseRule::sensitive));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(*cache.find("a", CaseRule::sensitive), first);
  EXPECT_FALSE(cache.find("(", CaseRule::sensitive));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_TRUE(first->matches("cat"));
}

TEST(RegexTest, CacheIsSharedByThreads) {
  RegexCache cache(4);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 300; ++i) {
        const std::string pattern(1, static_cast<char>('a' + i % 8));
        EXPECT_TRUE((*cache.find(pattern, CaseRule::sensitive))->matches("abcdefgh"));
      }
    });
  }
}

}  // namespace
}  // namespace trivet
