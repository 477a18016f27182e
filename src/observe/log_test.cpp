#include <gtest/gtest.h>
#include <unistd.h>

#include "observe/log_sink.h"

namespace trivet::observe {
namespace {

constexpr timespec noon{1'700'000'000, 123'000'000};

RequestEvent sample() {
  RequestEvent event;
  event.route = "rest";
  event.method = "GET";
  event.path = "/rest/v1/c\"ity\x1b\xff";
  event.request_id = "abc";
  event.client_address = "192.0.2.1";
  event.status = 200;
  event.bytes_in = 10;
  event.bytes_out = 20;
  event.duration_ns = 1'500'000;
  event.stages[static_cast<size_t>(Stage::execute)] = 1'000'000;
  return event;
}

template <class Event>
LogRecord make_record(const Event& event, timespec time) {
  LogRecord record;
  fill_record(event, time, record);
  return record;
}

std::string text_of(const LogRecord& record, Colour colour) {
  std::string out;
  write_text(record, colour, out);
  return out;
}

std::string ecs_of(const LogRecord& record) {
  std::string out;
  write_ecs(record, out);
  return out;
}

TEST(Log, TextHasNoControlCharactersOfTheClient) {
  EXPECT_EQ(text_of(make_record(sample(), noon), Colour::off),
            "22:13:20.123 200 GET     /rest/v1/c\"ity%1B%FF 1.50 ms 20 B execute=1.00\n");
  EXPECT_NE(text_of(make_record(sample(), noon), Colour::on).find("\x1b[32m200"),
            std::string::npos);
}

TEST(Log, EcsIsOneJsonObject) {
  EXPECT_EQ(
      ecs_of(make_record(sample(), noon)),
      "{\"@timestamp\":\"2023-11-14T22:13:20.123Z\",\"log.level\":\"info\","
      "\"message\":\"GET /rest/v1/c\\\"ity\\u001b%FF 200\",\"ecs.version\":\"8.11.0\","
      "\"service.name\":\"trivet\",\"http.request.method\":\"GET\","
      "\"url.path\":\"/rest/v1/c\\\"ity\\u001b%FF\",\"http.request.id\":\"abc\","
      "\"client.address\":\"192.0.2.1\",\"event.dataset\":\"trivet.access\","
      "\"trivet.route\":\"rest\",\"http.response.status_code\":200,\"http.request.bytes\":10,"
      "\"http.response.bytes\":20,\"event.duration\":1500000,"
      "\"trivet.stage.execute_ns\":1000000}\n");
}

TEST(Log, LifecycleHasItsName) {
  const LifecycleEvent event{Level::warning, "server.drain", "stopping"};
  EXPECT_EQ(text_of(make_record(event, noon), Colour::off), "22:13:20.123 warning stopping\n");
  EXPECT_NE(ecs_of(make_record(event, noon)).find("\"event.action\":\"server.drain\""),
            std::string::npos);
}

// What a sink wrote to a pipe by the time it is gone.
std::string written_by(LogOptions options, void (*tell)(LogSink&)) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  options.descriptor = ends[1];
  {
    LogSink sink(options);
    tell(sink);
  }
  close(ends[1]);
  std::string text;
  char piece[4096];
  for (ssize_t n; (n = read(ends[0], piece, sizeof(piece))) > 0;)
    text.append(piece, static_cast<size_t>(n));
  close(ends[0]);
  return text;
}

TEST(Log, SinkWritesEverythingBeforeItEnds) {
  const std::string text = written_by({}, [](LogSink& sink) {
    for (int i = 0; i < 10; ++i) sink.request(sample());
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
}

TEST(Log, OverflowIsCountedAndTold) {
  const std::string text = written_by({.queue_max = 5}, [](LogSink& sink) {
    for (int i = 0; i < 500; ++i) sink.request(sample());
    EXPECT_GT(sink.dropped(), 0u);
  });
  EXPECT_NE(text.find("log lines dropped"), std::string::npos);
}

RequestEvent failed() {
  RequestEvent event = sample();
  event.status = 503;
  event.problem = "53100: disk full; \"x\"\n(writer.cpp:1)";
  return event;
}

TEST(Log, SaysWhyARequestFailed) {
  const std::string text = written_by({}, [](LogSink& sink) { sink.request(failed()); });
  EXPECT_NE(text.find("\n    53100: disk full; \"x\" (writer.cpp:1)\n"), std::string::npos) << text;
  const std::string ecs =
      written_by({.format = LogFormat::ecs}, [](LogSink& sink) { sink.request(failed()); });
  const std::string_view member =
      R"~("error.message":"53100: disk full; \"x\"\u000a(writer.cpp:1)")~";
  EXPECT_NE(ecs.find(member), std::string::npos)
      << ecs;
}

TEST(Log, RequestsCanBeHidden) {
  const std::string text = written_by({.requests = Requests::failed}, [](LogSink& sink) {
    sink.request(sample());
    sink.lifecycle({Level::info, "server.start", "up"});
    sink.lifecycle({Level::debug, "server.debug", "unseen"});
    sink.request(failed());
  });
  EXPECT_NE(text.find("info up\n"), std::string::npos);
  EXPECT_NE(text.find(" 503 "), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
}

}  // namespace
}  // namespace trivet::observe
