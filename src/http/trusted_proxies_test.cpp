#include "http/trusted_proxies.h"

#include <gtest/gtest.h>

namespace trivet::http {
namespace {

using Texts = std::vector<std::string>;

std::string client(const Texts& trusted, std::string_view peer, const Texts& forwarded) {
  Request request;
  request.peer_address = peer;
  for (const std::string& value : forwarded) request.headers.push_back({"X-Forwarded-For", value});
  return TrustedProxies::parse(trusted).value().client_of(request);
}

TEST(TrustedProxies, BelieveNobodyByDefault) {
  EXPECT_EQ(client({}, "127.0.0.1", {"203.0.113.9"}), "");
  EXPECT_EQ(client({"10.0.0.1"}, "10.0.0.2", {"203.0.113.9"}), "");
  EXPECT_EQ(client({"10.0.0.1"}, "unix", {"203.0.113.9"}), "");
}

TEST(TrustedProxies, TakeTheAddressThatTheProxySaw) {
  EXPECT_EQ(client({"10.0.0.1"}, "10.0.0.1", {"203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"unix"}, "unix", {"203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"::1"}, "::1", {"2001:DB8::9"}), "2001:db8::9");
  EXPECT_EQ(client({"10.0.0.1"}, "10.0.0.1", {}), "");
}

TEST(TrustedProxies, ReadWhatAClientInventedNot) {
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"127.0.0.1, 198.51.100.1, 203.0.113.9"}),
            "203.0.113.9");
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"198.51.100.1", "203.0.113.9"}), "203.0.113.9");
}

TEST(TrustedProxies, PassOverProxiesOnTheWay) {
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"198.51.100.1, 203.0.113.9,10.9.9.9 , 10.8.8.8"}),
            "203.0.113.9");
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"203.0.113.9", "10.9.9.9"}), "203.0.113.9");
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"10.9.9.9, 10.8.8.8"}), "10.9.9.9");
}

TEST(TrustedProxies, StopAtWhatIsNoAddress) {
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"unknown"}), "");
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"203.0.113.9, unknown, 10.9.9.9"}), "10.9.9.9");
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"203.0.113.9,"}), "");
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"<script>"}), "");
}

TEST(TrustedProxies, LeaveOutPorts) {
  EXPECT_EQ(client({"10.0.0.1"}, "10.0.0.1", {"203.0.113.9:4711"}), "203.0.113.9");
  EXPECT_EQ(client({"10.0.0.1"}, "10.0.0.1", {"[2001:db8::9]:4711"}), "2001:db8::9");
  EXPECT_EQ(client({"10.0.0.1"}, "10.0.0.1", {"[2001:db8::9"}), "");
}

TEST(TrustedProxies, KnowIpv4InIpv6) {
  EXPECT_EQ(client({"10.0.0.0/8"}, "::ffff:10.1.2.3", {"::ffff:203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"::/0"}, "10.1.2.3", {"10.0.0.9"}), "10.0.0.9");
}

TEST(TrustedProxies, CompareBitByBit) {
  EXPECT_EQ(client({"172.16.0.0/12"}, "172.31.255.255", {"203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"172.16.0.0/12"}, "172.32.0.0", {"203.0.113.9"}), "");
  EXPECT_EQ(client({"0.0.0.0/0"}, "172.32.0.0", {"203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"fd00::/7"}, "fe00::1", {"203.0.113.9"}), "");
}

TEST(TrustedProxies, AreWrittenRight) {
  for (const std::string text :
       {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "::/129", "example.com", "10.0.0", "/8"}) {
    const auto parsed = TrustedProxies::parse({text});
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find('"' + text + '"'), std::string::npos);
  }
}

}  // namespace
}  // namespace trivet::http
