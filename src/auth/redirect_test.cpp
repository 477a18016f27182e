#include "auth/redirect.h"

#include <gtest/gtest.h>

namespace trivet::auth {
namespace {

struct Case {
  std::string_view pattern, url;
  bool matches;
};

TEST(Redirects, PatternsMatchWhatTheySay) {
  constexpr Case cases[] = {
      {"https://app.dev/in", "https://app.dev/in", true},
      {"https://app.dev/in", "https://app.dev/in/", false},
      {"https://app.dev/in", "https://app.dev/in#token", true},
      {"https://app.dev/*", "https://app.dev/a", true},
      {"https://app.dev/*", "https://app.dev/", true},
      {"https://app.dev/*", "https://app.dev/a/b", false},
      {"https://app.dev/*", "https://app.dev/a.html", false},
      {"https://app.dev/**", "https://app.dev/a/b.html?c=d", true},
      {"https://app.dev/**/end", "https://app.dev/a/b/end", true},
      {"https://app.dev/**/end", "https://app.dev/a/b/ending", false},
      {"https://*.app.dev/**", "https://x.app.dev/a", true},
      {"https://*.app.dev/**", "https://x.y.app.dev/a", false},
      {"https://*.app.dev/**", "https://evil.dev/x.app.dev/a", false},
      {"https://*.app.dev/**", "https://evil.dev?.app.dev/a", false},
      {"https://**.app.dev/**", "https://x.app.dev/a", false},
      {"https://app.dev/?", "https://app.dev/a", true},
      {"https://app.dev/?", "https://app.dev/.", false},
      {"https://app.dev/a?c", "https://app.dev/abc", true},
      {"https://app.dev/**a**b", "https://app.dev/xaxbxab", true},
      {"https://app.dev/**a**b", "https://app.dev/xbxa", false},
      {"http://localhost:*/**", "http://localhost:5173/x", true},
      {"myapp://**", "myapp://", false},
      {"myapp://in", "myapp://in", true},
      {"", "https://app.dev/", false},
  };
  for (const Case& each : cases)
    EXPECT_EQ(matches_pattern(each.url, each.pattern), each.matches)
        << each.pattern << " of " << each.url;
}

// With trying one run after the other this takes longer than anybody waits.
TEST(Redirects, ManyRunsCostNoMoreThanTheirNumber) {
  std::string pattern = "https://app.dev/";
  for (int i = 0; i < 60; ++i) pattern += "**a";
  const std::string url = "https://app.dev/" + std::string(2000, 'a') + "b";
  EXPECT_FALSE(matches_pattern(url, pattern));
  EXPECT_TRUE(matches_pattern(url, pattern + "**b"));
}

TEST(Redirects, OnlyAllowedAddressesAreKept) {
  const std::vector<std::string> patterns = {"https://*.app.dev/**", "myapp://in"};
  constexpr std::string_view site = "https://site.dev/start";
  const auto chosen = [&](std::string_view wanted) { return choose_redirect(wanted, site, patterns); };
  for (const std::string_view kept :
       {"https://site.dev", "https://site.dev/a/b?c=d", "https://x.app.dev/in", "myapp://in"})
    EXPECT_EQ(chosen(kept), kept);
  for (const std::string_view refused :
       {"", "/in", "//x.app.dev/in", "https://site.dev.evil.dev/", "http://site.dev/",
        "https://site.dev:444/", "https://a@site.dev/", "https://site.dev@evil.dev/",
        "https://x.app.dev\\@evil.dev/", "https://x.app.dev/\r\nSet-Cookie: a=b",
        "javascript://site.dev/%0aalert(1)", "https://x.app.dev/ä"})
    EXPECT_EQ(chosen(refused), site) << refused;
  EXPECT_EQ(chosen("https://site.dev/" + std::string(2048, 'a')), site);
}

}  // namespace
}  // namespace trivet::auth
