#include <gtest/gtest.h>

#include "http/metrics_handler.h"
#include "http/test_server.h"

namespace trivet::http {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

TEST(Timeout, SilentConnectionIsClosedWithoutAWord) {
  TestServer server({.header_timeout = milliseconds(20)});
  Client client(server.port());
  EXPECT_EQ(client.read_all(), "");
}

TEST(Timeout, IdleConnectionIsClosedWithoutAWord) {
  TestServer server({.idle_timeout = milliseconds(20)});
  Client client(server.port());
  client.ask(get, "ok");
  EXPECT_EQ(client.read_all(), "");
}

TEST(Timeout, HalfAHeadIsA408) {
  TestServer server({.header_timeout = milliseconds(20)});
  Client client(server.port());
  client.send("GET / HTTP/1.1\r\nHos");
  EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 408 "));
}

// Dripping bytes does not extend the time for a head.
TEST(Timeout, DripsDoNotHoldTheConnection) {
  TestServer server({.header_timeout = milliseconds(100)});
  Client client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n");
  int drips = 0;
  while (client.try_send("X: a\r\n") && !client.has_answer(milliseconds(5))) ++drips;
  EXPECT_LT(drips, 60);
  const std::string answer = client.read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
}

// Nor do empty lines before one, which are allowed.
TEST(Timeout, EmptyLinesDoNotHoldTheConnection) {
  TestServer server({.header_timeout = milliseconds(100)});
  Client client(server.port());
  int drips = 0;
  while (drips < 200 && client.try_send("\r\n") && !client.has_answer(milliseconds(5))) ++drips;
  EXPECT_LT(drips, 60);
}

TEST(Timeout, HalfABodyIsA408) {
  TestServer server({.body_timeout = milliseconds(20)});
  Client client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 408 "));
}

// A client that does not read its answer is cut; others are served meanwhile.
TEST(Timeout, UnreadAnswerIsCut) {
  TestServer server({.write_timeout = milliseconds(20)});
  Client slow(server.port());
  slow.send("GET /huge HTTP/1.1\r\nHost: a\r\n\r\n");
  Client other(server.port());
  EXPECT_TRUE(contains(other.ask(get, "ok"), "200 OK"));
  server.wait_until_open_connections(1);
  EXPECT_LT(slow.read_all().size(), TestServer::huge_bytes);
}

TEST(Limit, ConnectionsOverItAreRefused) {
  TestServer server({.connections_max = 1});
  Client first(server.port());
  first.ask(get, "ok");
  Client second(server.port());
  EXPECT_TRUE(second.read_all().starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(contains(first.ask(get, "ok"), "200 OK"));
}

TEST(Drain, ShowsInTheMetricsUntilThen) {
  observe::Metrics metrics(1);
  TestServer server;
  add_runtime_metrics(metrics, server.runtime());
  Client client(server.port());
  client.ask(get, "ok");
  EXPECT_TRUE(contains(metrics.render(), "\ntrivet_connections 1\n"));
  server.stop();
  EXPECT_TRUE(contains(metrics.render(), "\ntrivet_connections 0\n"));
}

TEST(Drain, FinishesWhatIsInFlight) {
  TestServer server;
  Client idle(server.port());
  idle.ask(get, "ok");
  Client busy(server.port());
  busy.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
  server.wait_until_gate_is_reached();
  server.drain();
  EXPECT_EQ(idle.read_all(), "");
  server.open_gate();
  const std::string answer = busy.read_all();
  EXPECT_TRUE(contains(answer, "200 OK"));
  EXPECT_TRUE(contains(answer, "Connection: close"));
  server.stop();
}

TEST(Drain, CutsWhatDoesNotFinish) {
  TestServer server({.drain_timeout = milliseconds(20)});
  Client half(server.port());
  half.send("GET / HTTP/1.1\r\n");
  server.stop();
  EXPECT_EQ(half.read_all(), "");
}

}  // namespace
}  // namespace trivet::http
