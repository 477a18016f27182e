#include "http/h1/head.h"

#include <gtest/gtest.h>

#include <string>

namespace trivet::http::h1 {
namespace {

// Status of the fault, or 0 when the head is accepted; -1 when more is wanted.
int verdict(std::string_view bytes, const Limits& limits = {}) {
  HeadScanner scanner(limits);
  const parsed<size_t> head = scanner.scan(bytes);
  if (!head) return head.error().status;
  if (*head == 0) return -1;
  Request request;
  const parsed<Framing> framing = parse_head(bytes.substr(0, *head), limits, request);
  return framing ? 0 : framing.error().status;
}

std::string with_line(std::string_view line) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(line) + "\r\n\r\n";
}

struct Case {
  std::string_view name;
  std::string bytes;
  int status;
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(verdict(c.bytes), c.status) << c.name;
}

TEST(Head, RequestLine) {
  check({
      {"plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"1.0 without host", "GET / HTTP/1.0\r\n\r\n", 0},
      {"raw UTF-8 in the target", "GET /\xc3\xbc?a=\xff HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"lower-case method is another method", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"bad method", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"long method", std::string(33, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"blank first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"blank after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"tab between", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
      {"fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"control character", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"bad version", "GET / HTTP/1.1x\r\nHost: a\r\n\r\n", 400},
      {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"bare CR", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400},
      {"bare LF", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"TLS hello", std::string("\x16\x03\x01\x02", 4), 400},
  });
}

TEST(Head, TargetForms) {
  check({
      {"absolute", "GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"absolute without path", "GET http://a:1?c HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"absolute without authority", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"userinfo", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"asterisk of another method", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"connect", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
  });
}

TEST(Head, AbsoluteTargetReplacesHost) {
  const std::string_view bytes = "GET http://right:8/p?q=1 HTTP/1.1\r\nHost: wrong\r\n\r\n";
  Request request;
  ASSERT_TRUE(parse_head(bytes, {}, request));
  EXPECT_EQ(request.path, "/p");
  EXPECT_EQ(request.query, "q=1");
  EXPECT_EQ(request.header("host"), "right:8");
}

TEST(Head, Fields) {
  check({
      {"no value", with_line("X-A:"), 0},
      {"tabs around", with_line("X-A:\t b \t"), 0},
      {"obs-text", with_line("X-A: \xe9"), 0},
      {"blank before the colon", with_line("X-A : b"), 400},
      {"tab before the colon", with_line("X-A\t: b"), 400},
      {"no colon", with_line("X-A"), 400},
      {"no name", with_line(": b"), 400},
      {"bad name", with_line("X(A: b"), 400},
      {"folded", with_line("X-A: b\r\n c"), 400},
      {"folded by tab", with_line("X-A: b\r\n\tc"), 400},
      {"folded first", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"NUL", with_line(std::string_view("X-A: b\0c", 8)), 400},
      {"escape", with_line("X-A: b\x1b"), 400},
      {"delete", with_line("X-A: long enough \x7f to be a word"), 400},
      {"bare CR", with_line("X-A: b\rX-B: c"), 400},
      {"CR CR LF", with_line("X-A: b\r"), 400},
      {"bare LF", with_line("X-A: b\nX-B: c"), 400},
      {"bare LF at the end", "GET / HTTP/1.1\r\nHost: a\n\n", 400},
      {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
  });
}

TEST(Head, Host) {
  check({
      {"none", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two", with_line("Host: a"), 400},
      {"two in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0},
      {"empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0},
      {"with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"with user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"with blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
  });
}

TEST(Head, Lengths) {
  check({
      {"one", with_line("Content-Length: 5"), 0},
      {"leading zeros", with_line("Content-Length: 005"), 0},
      {"two equal", with_line("Content-Length: 5\r\nContent-Length: 5"), 400},
      {"two different", with_line("Content-Length: 5\r\nContent-Length: 6"), 400},
      {"list", with_line("Content-Length: 5, 5"), 400},
      {"plus", with_line("Content-Length: +5"), 400},
      {"minus", with_line("Content-Length: -5"), 400},
      {"hex", with_line("Content-Length: 0x5"), 400},
      {"empty", with_line("Content-Length:"), 400},
      {"inner blank", with_line("Content-Length: 5 5"), 400},
      {"overflow", with_line("Content-Length: 18446744073709551621"), 400},
      {"both", with_line("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
      {"both, other order", with_line("Transfer-Encoding: chunked\r\nContent-Length: 5"), 400},
      {"both, length 0", with_line("Content-Length: 0\r\nTransfer-Encoding: chunked"), 400},
  });
}

TEST(Head, Codings) {
  check({
      {"chunked", with_line("Transfer-Encoding: chunked"), 0},
      {"case", with_line("Transfer-Encoding: Chunked"), 0},
      {"empty", with_line("Transfer-Encoding:"), 400},
      {"list with an empty element", with_line("Transfer-Encoding: ,chunked"), 400},
      {"twice", with_line("Transfer-Encoding: chunked, chunked"), 400},
      {"two fields", with_line("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
      {"not last", with_line("Transfer-Encoding: chunked, gzip"), 400},
      {"not last, two fields", with_line("Transfer-Encoding: chunked\r\nTransfer-Encoding: x"), 400},
      {"unknown", with_line("Transfer-Encoding: xchunked"), 501},
      {"identity", with_line("Transfer-Encoding: identity"), 501},
      {"gzip first", with_line("Transfer-Encoding: gzip, chunked"), 501},
      {"quoted", with_line("Transfer-Encoding: \"chunked\""), 400},
      {"parameter", with_line("Transfer-Encoding: chunked;a=b"), 400},
      {"vertical tab", with_line("Transfer-Encoding: \x0b""chunked"), 400},
      {"1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
  });
}

TEST(Head, Expectations) {
  check({
      {"100-continue", with_line("Expect: 100-Continue\r\nContent-Length: 1"), 0},
      {"other", with_line("Expect: 200-ok"), 417},
  });
}

TEST(Head, LimitsHoldBeforeTheHeadIsWhole) {
  Limits limits;
  limits.url_bytes_max = 100;
  limits.header_bytes_max = 400;
  limits.header_count_max = 3;
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(verdict("GET /" + std::string(96, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", limits), 0 + 0);
  EXPECT_EQ(verdict("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", limits), 414);
  EXPECT_EQ(verdict("GET /" + std::string(200, 'a'), limits), 414);
  EXPECT_EQ(verdict(start + "X: " + std::string(400, 'a'), limits), 431);
  EXPECT_EQ(verdict(start + "X: " + std::string(370, 'a') + "\r\n\r\n", limits), 431);
  EXPECT_EQ(verdict(start + "A: 1\r\nB: 1\r\n\r\n", limits), 0);
  EXPECT_EQ(verdict(start + "A: 1\r\nB: 1\r\nC: 1\r\n", limits), 431);
}

TEST(Head, Persistence) {
  const auto persistence = [](std::string_view bytes) {
    Request request;
    return parse_head(bytes, {}, request)->persistence;
  };
  EXPECT_EQ(persistence("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Persistence::keep);
  EXPECT_EQ(persistence("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"),
            Persistence::close);
  EXPECT_EQ(persistence("GET / HTTP/1.0\r\n\r\n"), Persistence::close);
  EXPECT_EQ(persistence("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), Persistence::keep);
}

// At whatever place the bytes are split, the scanner comes to the same verdict.
TEST(Head, SplitsChangeNothing) {
  const Limits limits;
  const std::string good = with_line("Content-Length: 5\r\nX-A: some value");
  const std::string bad = with_line("X-A: b\nX-B: c");
  for (const std::string& bytes : {good, bad}) {
    HeadScanner whole(limits);
    const parsed<size_t> expected = whole.scan(bytes);
    for (size_t split = 0; split <= bytes.size(); ++split) {
      HeadScanner scanner(limits);
      const std::string_view all = bytes;
      parsed<size_t> head = scanner.scan(all.substr(0, split));
      if (head && *head == 0) head = scanner.scan(all);
      ASSERT_EQ(head.has_value(), expected.has_value()) << split;
      if (head) {
        ASSERT_EQ(*head, *expected) << split;
      }
    }
  }
}

}  // namespace
}  // namespace trivet::http::h1
