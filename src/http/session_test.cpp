#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "http/router.h"
#include "http/test_server.h"

namespace trivet::http {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view get_close = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++found;
  return found;
}

bool contains(std::string_view text, std::string_view part) { return count(text, part) > 0; }

TEST(Session, AnswersAndKeepsTheConnection) {
  TestServer server;
  Client client(server.port());
  for (int i = 0; i < 3; ++i) {
    const std::string answer = client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "ok");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nContent-Length: 2\r\n"));
    EXPECT_TRUE(contains(answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
    EXPECT_FALSE(contains(answer, "Connection:"));
  }
}

TEST(Session, PipelinedAnswersComeInOrder) {
  TestServer server;
  Client client(server.port());
  client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
      "\r\n"
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nthree");
  const std::string answers = client.read_all();
  EXPECT_EQ(count(answers, "HTTP/1.1 200 OK"), 3);
  EXPECT_LT(answers.find("one"), answers.find("two"));
  EXPECT_LT(answers.find("two"), answers.find("three"));
}

TEST(Session, DeepPipelinesAreAnsweredWhole) {
  TestServer server({.pipeline_depth_max = 4});
  Client client(server.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(requests + std::string(get_close));
  EXPECT_EQ(count(client.read_all(), "HTTP/1.1 200 OK"), 201);
}

// A slow handler does not hold back the answers before its own.
TEST(Session, EarlierAnswersDoNotWaitForASlowOne) {
  TestServer server;
  Client client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(contains(client.read_until("ok"), "200 OK"));
  server.open_gate();
  EXPECT_TRUE(contains(client.read_until("opened"), "200 OK"));
}

TEST(Session, BodiesAtEverySplit) {
  TestServer server;
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
  const std::string fixed = head + "Content-Length: 11\r\n\r\nhello world";
  const std::string chunked =
      head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: 1\r\n\r\n";
  for (const std::string& request : {fixed, chunked}) {
    for (size_t split = 1; split < request.size(); split += 3) {
      Client client(server.port());
      client.send(request.substr(0, split));
      client.send(request.substr(split));
      EXPECT_TRUE(client.read_all().ends_with("\r\n\r\nhello world")) << split;
    }
  }
}

TEST(Session, LargeBodiesBothWays) {
  TestServer server;
  std::string body(3'000'000, 'x');
  for (size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>('a' + i / 1000 % 26);
  Client client(server.port());
  client.send_and_read_all("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_TRUE(client.received().ends_with(body));
}

TEST(Session, BodiesMadeWhileSentAreChunked) {
  TestServer server;
  Client client(server.port());
  const std::string answer = client.ask("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", "0\r\n\r\n");
  EXPECT_TRUE(contains(answer, "Transfer-Encoding: chunked\r\n"));
  EXPECT_FALSE(contains(answer, "Content-Length"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n6\r\npiece0\r\n6\r\npiece1\r\n6\r\npiece2\r\n0\r\n\r\n"));
  Client old(server.port());
  old.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string whole = old.read_all();
  EXPECT_TRUE(contains(whole, "Connection: close"));
  EXPECT_TRUE(whole.ends_with("\r\n\r\npiece0piece1piece2"));
}

TEST(Session, HeadHasNoBodyAndNoLength) {
  TestServer server;
  Client client(server.port());
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
  EXPECT_TRUE(contains(answer, "Content-Type: text/plain"));
  EXPECT_FALSE(contains(answer, "Content-Length"));
}

TEST(Session, EmptyAnswersSayTheirLength) {
  TestServer server;
  Client client(server.port());
  client.send(
      "GET /201 HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /204 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answers = client.read_all();
  const size_t second = answers.find("HTTP/1.1 204 No Content");
  ASSERT_NE(second, answers.npos);
  EXPECT_TRUE(contains(answers.substr(0, second), "Content-Length: 0\r\n"));
  EXPECT_FALSE(contains(answers.substr(second), "Content-Length"));
  EXPECT_FALSE(contains(answers.substr(second), "\r\nContent-Type"));
}

TEST(Session, ContinueIsSentOnlyWhenTheBodyIsAwaited) {
  TestServer server({.body_bytes_max = 10});
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ";
  Client waits(server.port());
  EXPECT_EQ(waits.ask(head + "2\r\n\r\n", "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(contains(waits.ask("hi", "hi"), "HTTP/1.1 200 OK"));
  Client sends(server.port());
  EXPECT_TRUE(sends.ask(head + "2\r\n\r\nhi", "\r\n\r\nhi").starts_with("HTTP/1.1 200 OK"));
  Client too_much(server.port());
  too_much.send(head + "11\r\n\r\n");
  EXPECT_TRUE(too_much.read_all().starts_with("HTTP/1.1 413 "));
}

TEST(Session, OldClients) {
  TestServer server;
  Client closes(server.port());
  closes.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(contains(closes.read_all(), "Connection: close"));
  Client keeps(server.port());
  const std::string request = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_TRUE(contains(keeps.ask(request, "ok"), "Connection: keep-alive"));
  EXPECT_TRUE(contains(keeps.ask(request, "ok"), "Connection: keep-alive"));
}

TEST(Session, DoubtfulFramingIsAnsweredAndTheConnectionClosed) {
  TestServer server({.header_count_max = 5, .url_bytes_max = 50, .body_bytes_max = 10});
  struct Case {
    std::string bytes;
    std::string_view status;
  };
  const std::string next = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const Case& c : std::vector<Case>{
           {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
            "0\r\n\r\n", "400"},
           {"GET / HTTP/1.1\nHost: a\n\n", "400"},
           {"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", "400"},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", "400"},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", "501"},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\na", "413"},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world", "413"},
           {"GET /" + std::string(60, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", "414"},
           {"GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\n\r\n", "431"},
           {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505"},
           {"\r\n\r\n\r\n\r\n" + next, "400"},
       }) {
    Client client(server.port());
    client.send(c.bytes + next);
    const std::string answers = client.read_all();
    EXPECT_TRUE(answers.starts_with("HTTP/1.1 " + std::string(c.status))) << c.bytes << answers;
    EXPECT_EQ(count(answers, "HTTP/1.1 "), 1) << c.bytes;
    EXPECT_TRUE(contains(answers, "Connection: close"));
    EXPECT_TRUE(contains(answers, "{\"code\":\"HTTP" + std::string(c.status))) << answers;
  }
}

TEST(Session, RequestIdsAreEchoedOrMade) {
  TestServer server;
  Client client(server.port());
  const auto id_of = [&](std::string_view sent) {
    const std::string answer = client.ask(
        "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + std::string(sent) + "\r\n\r\n", "ok");
    const size_t at = answer.find("X-Request-Id: ") + 14;
    return answer.substr(at, answer.find("\r\n", at) - at);
  };
  EXPECT_EQ(id_of("a.b_c:d-1"), "a.b_c:d-1");
  EXPECT_EQ(id_of("<script>").size(), 16u);
  EXPECT_EQ(id_of(std::string(129, 'a')).size(), 16u);
  EXPECT_NE(id_of(""), id_of(""));
}

TEST(Session, HandlerExceptionIsA500) {
  TestServer server;
  Client client(server.port());
  const std::string answer = client.ask("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n", "}");
  EXPECT_TRUE(contains(answer, "500 Internal"));
  EXPECT_FALSE(contains(answer, "thrown"));
  EXPECT_TRUE(contains(client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "ok"), "200 OK"));
  EXPECT_TRUE(server.events().at(0).ends_with(" thrown")) << "the log knows why";
}

TEST(Session, UnsafeAnswerHeadersAreLeftOut) {
  TestServer server;
  Client client(server.port());
  client.send("GET /inject HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_FALSE(contains(answer, "Injected"));
  EXPECT_TRUE(contains(answer, "X-Fine: yes"));
}

TEST(Session, Routes) {
  TestServer server;
  const auto answer_to = [&](std::string_view line) {
    Client client(server.port());
    client.send(std::string(line) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return client.read_all();
  };
  EXPECT_TRUE(answer_to("GET /healthz").ends_with("\r\n\r\nok\n"));
  EXPECT_TRUE(contains(answer_to("POST /healthz"), "405 Method Not Allowed"));
  EXPECT_TRUE(contains(answer_to("GET /readyz"), "200 OK"));
  server.set_ready(false);
  EXPECT_TRUE(contains(answer_to("GET /readyz"), "503 Service Unavailable"));
  const std::string missing = answer_to("GET /nowhere");
  EXPECT_TRUE(contains(missing, "404 Not Found"));
  EXPECT_TRUE(contains(missing, "{\"code\":\"PGRST125\",\"details\":null,\"hint\":null,"));
  EXPECT_TRUE(contains(answer_to("OPTIONS *"), "Allow: "));
  EXPECT_TRUE(contains(answer_to("GET /area"), "area"));
  EXPECT_TRUE(contains(answer_to("GET /area/deep?x"), "area"));
  EXPECT_TRUE(contains(answer_to("GET /areas"), "404"));
}

// The loop's one blocking thread is taken, so what is queued there can't be done meanwhile.
// The work ends, and with it the request, as any other.
TEST(Session, ClientThatLeavesCancelsItsWork) {
  TestServer server;
  {
    Client client(server.port());
    client.send("GET /until-gone HTTP/1.1\r\nHost: a\r\nX-Request-Id: me\r\n\r\n");
    server.wait_until_open_connections(1);
  }
  server.wait_until_open_connections(0);
  EXPECT_EQ(server.events(), std::vector<std::string>{"GET /until-gone root 500 me 127.0.0.1"});
  Client other(server.port());
  EXPECT_TRUE(contains(other.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "ok"), "200 OK"));
}

TEST(Session, LargeBodiesAreCompressedBesideTheLoop) {
  TestServer server;
  Client holder(server.port());
  holder.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
  server.wait_until_gate_is_reached();
  Client large(server.port());
  large.send("GET /huge HTTP/1.1\r\nHost: a\r\nAccept-Encoding: zstd\r\nConnection: close\r\n\r\n");
  server.wait_until_queued(1);
  Client other(server.port());
  EXPECT_TRUE(contains(other.ask("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: zstd\r\n\r\n", "ok"),
                       "200 OK"));
  EXPECT_FALSE(large.has_answer(std::chrono::milliseconds(0)));
  server.open_gate();
  const std::string answer = large.read_all();
  EXPECT_TRUE(contains(answer, "Content-Encoding: zstd"));
  EXPECT_LT(answer.size(), TestServer::huge_bytes / 100);
}

TEST(Session, LargeBodiesLeaveUncompressedWhereThePoolIsFull) {
  TestServer server({}, {.threads = 1, .queue_max = 0});
  Client client(server.port());
  client.send("GET /huge HTTP/1.1\r\nHost: a\r\nAccept-Encoding: zstd\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_TRUE(contains(answer, "200 OK"));
  EXPECT_FALSE(contains(answer.substr(0, 1000), "Content-Encoding"));
  EXPECT_GT(answer.size(), TestServer::huge_bytes);
}

TEST(Session, TellsOneEventPerRequest) {
  TestServer server;
  Client client(server.port());
  client.ask("GET /area/x?secret=1 HTTP/1.1\r\nHost: a\r\nX-Request-Id: me\r\n\r\n", "area");
  Client bad(server.port());
  bad.send("BAD\r\n\r\n");
  bad.read_all();
  server.stop();
  const std::vector<std::string> events = server.events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0], "GET /area/x area 200 me 127.0.0.1");
  EXPECT_TRUE(events[1].find(" 400 ") != std::string::npos) << events[1];
}

}  // namespace
}  // namespace trivet::http
