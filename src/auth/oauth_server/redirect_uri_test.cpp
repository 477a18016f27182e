#include "auth/oauth_server/redirect_uri.h"

#include <gtest/gtest.h>

#include "auth/oauth_server/scope.h"

namespace trivet::auth {
namespace {

TEST(RedirectUri, TakesWhatLeadsToTheProgramAlone) {
  for (const char* uri : {"https://a.example/back", "https://a.example:8443/?x=1", "https://a.example",
                          "com.example.app:/back", "myapp://back", "http://127.0.0.1/", "http://127.0.0.1:8080/cb",
                          "http://[::1]/cb", "http://[::1]:9/cb", "http://localhost:3000/cb"})
    EXPECT_TRUE(check_redirect_uri(uri)) << uri;
}

TEST(RedirectUri, RefusesTheRest) {
  for (const char* uri :
       {"", "/back", "a.example/back", "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "file:///etc/passwd",
        "vbscript:x", "about:blank", "blob:https://a.example/1", "view-source:https://a.example", "https://a.example/#",
        "https://a.example/#x", "http://a.example/", "http://127.0.0.1.a.example/", "http://127.0.0.2/", "https://",
        "https:///back", "https:/a.example", "https:a.example", "https://u@a.example/", "https://a.example\\@b.example/",
        "https://a.example/\n", " https://a.example/", "https://a.example:port/", "https://a.example:/", "1a://x", "https://ä.example/"})
    EXPECT_FALSE(check_redirect_uri(uri)) << uri;
  EXPECT_FALSE(check_redirect_uri("https://a.example/" + std::string(uri_bytes_max, 'x')));
}

TEST(RedirectUri, MatchesLetterByLetterButForThePortsOfThisMachine) {
  EXPECT_TRUE(matches_redirect_uri("https://a.example/back", "https://a.example/back"));
  EXPECT_TRUE(matches_redirect_uri("http://127.0.0.1:49152/cb?x=1", "http://127.0.0.1/cb?x=1"));
  EXPECT_TRUE(matches_redirect_uri("http://127.0.0.1/cb", "http://127.0.0.1:80/cb"));
  EXPECT_TRUE(matches_redirect_uri("http://[::1]:5/cb", "http://[::1]:6/cb"));
  const std::pair<const char*, const char*> others[] = {{"https://a.example/back/", "https://a.example/back"},
                                                        {"https://a.example/back?x", "https://a.example/back"},
                                                        {"https://A.example/back", "https://a.example/back"},
                                                        {"https://127.0.0.1:5/cb", "https://127.0.0.1/cb"},
                                                        {"http://localhost:5/cb", "http://localhost/cb"},
                                                        {"http://127.0.0.1:5/other", "http://127.0.0.1/cb"},
                                                        {"http://127.0.0.1:5@evil.example/cb", "http://127.0.0.1/cb"},
                                                        {"http://127.0.0.1@evil.example/cb", "http://127.0.0.1/cb"},
                                                        {"http://127.0.0.1:/cb", "http://127.0.0.1/cb"},
                                                        {"http://127.0.0.1:123456/cb", "http://127.0.0.1/cb"},
                                                        {"http://[::1]:5/cb", "http://127.0.0.1/cb"},
                                                        {"http://[::1", "http://[::1]/cb"},
                                                        {"http://127.0.0.1:5/cb\\", "http://127.0.0.1/cb\\"}};
  for (const auto& [asked, registered] : others) EXPECT_FALSE(matches_redirect_uri(asked, registered)) << asked;
}

TEST(Scope, ShrinksAndNeverGrows) {
  EXPECT_EQ(parse_scope("email  openid email"), "openid email");
  EXPECT_FALSE(parse_scope("email admin"));
  EXPECT_FALSE(parse_scope(" "));
  EXPECT_TRUE(covers_scope("openid email", "email"));
  EXPECT_FALSE(covers_scope("openid email", "email phone"));
  EXPECT_FALSE(covers_scope("email", "mail"));
  EXPECT_EQ(join_scopes("email", "openid"), "openid email");
}

}  // namespace
}  // namespace trivet::auth
