#include "http/redirect.h"

#include <gtest/gtest.h>

#include "net/run_task.h"

namespace trivet::http {
namespace {

std::string lead(std::string_view host, std::string_view target, uint16_t port = 443) {
  Request request;
  request.target = target;
  if (!host.empty()) request.headers.push_back({"Host", host});
  Redirect redirect(port);
  const Response response = net::run_task(redirect.handle(request));
  return response.status == 308 ? response.headers.at(0).second : std::to_string(response.status);
}

TEST(Redirect, LeadsToTheSamePlace) {
  EXPECT_EQ(lead("example.com", "/a?b=c"), "https://example.com/a?b=c");
  EXPECT_EQ(lead("example.com:80", "/"), "https://example.com/");
  EXPECT_EQ(lead("example.com:8080", "/", 8443), "https://example.com:8443/");
  EXPECT_EQ(lead("[2001:db8::1]:80", "/x"), "https://[2001:db8::1]/x");
  EXPECT_EQ(lead("example.com", "//evil.example"), "https://example.com//evil.example");
}

TEST(Redirect, AnswersWhatIsAskedHereAlone) {
  Redirect redirect(443, [](std::string_view path) -> std::optional<std::string> {
    if (path == "/.well-known/acme-challenge/t") return "t.k";
    return std::nullopt;
  });
  Request request;
  request.headers.push_back({"Host", "example.com"});
  request.target = "/.well-known/acme-challenge/t";
  EXPECT_EQ(net::run_task(redirect.handle(request)).body, "t.k");
  request.target = "/.well-known/acme-challenge/x";
  EXPECT_EQ(net::run_task(redirect.handle(request)).status, 308);
}

TEST(Redirect, RefusesWhatIsNoHost) {
  EXPECT_EQ(lead("", "/"), "400");
  EXPECT_EQ(lead("evil.example/@x", "/"), "400");
  EXPECT_EQ(lead("user@evil.example", "/"), "400");
  EXPECT_EQ(lead("[::1", "/"), "400");
  EXPECT_EQ(lead("example.com", "http://evil.example/"), "400");
  EXPECT_EQ(lead("example.com", "*"), "400");
}

}  // namespace
}  // namespace trivet::http
