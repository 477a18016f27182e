#include "http/h1/chunked.h"

#include <gtest/gtest.h>

namespace trivet::http::h1 {
namespace {

struct Outcome {
  int status = 0;     // of the fault; 0 = none
  bool done = false;
  std::string body;
  size_t consumed = 0;
};

Outcome decode(std::string_view bytes, size_t split, const Limits& limits = {}) {
  ChunkedDecoder decoder(limits);
  Outcome outcome;
  for (const std::string_view part : {bytes.substr(0, split), bytes.substr(split)}) {
    const parsed<ChunkedDecoder::Step> step = decoder.feed(part, outcome.body);
    if (!step) {
      outcome.status = step.error().status;
      return outcome;
    }
    outcome.consumed += step->consumed;
    outcome.done = step->progress == ChunkedDecoder::Progress::done;
    if (outcome.done) break;
  }
  return outcome;
}

struct Case {
  std::string bytes;
  int status;
  std::string body;
};

TEST(Chunked, EveryCaseAtEverySplit) {
  const std::vector<Case> cases = {
      {"0\r\n\r\n", 0, ""},
      {"5\r\nhello\r\n0\r\n\r\n", 0, "hello"},
      {"A\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", 0, "0123456789x"},
      {"005;a=b;c=\"d\"\r\nhello\r\n0;x\r\n\r\n", 0, "hello"},
      {"1\r\nx\r\n0\r\nTrailer: a\r\nOther: b\r\n\r\n", 0, "x"},
      {"\r\n", 400, ""},
      {"g\r\n", 400, ""},
      {"-1\r\n", 400, ""},
      {"0x1\r\nx\r\n0\r\n\r\n", 400, ""},
      {"1 \r\nx\r\n", 400, ""},
      {" 1\r\nx\r\n", 400, ""},
      {"1\nx\r\n", 400, ""},
      {"1;a\nx\r\n", 400, ""},
      {"1;a\rb\r\nx\r\n", 400, ""},
      {"1\r\nxx\r\n", 400, "x"},
      {"1\r\nx\n0\r\n\r\n", 400, "x"},
      {"1\r\nx0\r\n\r\n", 400, "x"},
      {"10000000000000000\r\nx", 400, ""},
      {"ffffffffffffffff\r\nx", 413, ""},
      {"0\r\nTrailer : a\r\n\r\n", 400, ""},
      {"0\r\n folded\r\n\r\n", 400, ""},
      {"0\r\nA: b\n\r\n", 400, ""},
      {"0\r\nA: b\rc\r\n\r\n", 400, ""},
      {"0\r\n\n", 400, ""},
  };
  for (const Case& c : cases) {
    for (size_t split = 0; split <= c.bytes.size(); ++split) {
      const Outcome outcome = decode(c.bytes, split);
      EXPECT_EQ(outcome.status, c.status) << c.bytes << " at " << split;
      EXPECT_EQ(outcome.body, c.body) << c.bytes << " at " << split;
      EXPECT_EQ(outcome.done, c.status == 0) << c.bytes << " at " << split;
    }
  }
}

TEST(Chunked, LeavesTheNextRequestAlone) {
  const std::string_view bytes = "1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1";
  for (size_t split = 0; split <= bytes.size(); ++split)
    EXPECT_EQ(decode(bytes, split).consumed, 11u) << split;
}

TEST(Chunked, Limits) {
  trivet::Limits limits;
  limits.body_bytes_max = 4;
  EXPECT_EQ(decode("4\r\nabcd\r\n0\r\n\r\n", 0, limits).status, 0);
  EXPECT_EQ(decode("5\r\nabcde\r\n0\r\n\r\n", 0, limits).status, 413);
  EXPECT_EQ(decode("3\r\nabc\r\n2\r\nde\r\n", 0, limits).status, 413);
  EXPECT_EQ(decode("1;" + std::string(17'000, 'a') + "\r\n", 0).status, 400);
  EXPECT_EQ(decode("0\r\nA: " + std::string(17'000, 'a') + "\r\n", 0).status, 431);
  limits.header_count_max = 1;
  EXPECT_EQ(decode("0\r\nA: 1\r\nB: 1\r\n\r\n", 0, limits).status, 431);
}

}  // namespace
}  // namespace trivet::http::h1
