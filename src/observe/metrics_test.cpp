#include "observe/metrics.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

namespace trivet::observe {
namespace {

RequestEvent event_of(std::string_view route, int status) {
  RequestEvent event;
  event.route = route;
  event.method = "GET";
  event.status = status;
  event.bytes_in = 100;
  event.bytes_out = 200;
  event.duration_ns = 300'000;
  event.stages[static_cast<size_t>(Stage::plan)] = 1000;
  return event;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

TEST(Metrics, CountsByRouteMethodAndStatus) {
  Metrics metrics(2);
  metrics.request(event_of("rest", 200));
  RequestEvent second = event_of("rest", 200);
  second.loop_index = 1;
  metrics.request(second);
  metrics.request(event_of("", 404));
  const std::string text = metrics.render();
  EXPECT_TRUE(contains(
      text, "trivet_http_requests_total{route=\"rest\",method=\"GET\",status=\"200\"} 2\n"));
  EXPECT_TRUE(contains(
      text, "trivet_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"} 1\n"));
  EXPECT_TRUE(contains(text, "trivet_http_response_bytes_total{route=\"rest\"} 400\n"));
}

TEST(Metrics, BucketsAreCumulative) {
  Metrics metrics(1);
  metrics.request(event_of("rest", 200));
  const std::string text = metrics.render();
  const std::string name = "trivet_http_request_duration_seconds_bucket{route=\"rest\",le=";
  EXPECT_TRUE(contains(text, name + "\"0.00025\"} 0\n"));
  EXPECT_TRUE(contains(text, name + "\"0.0005\"} 1\n"));
  EXPECT_TRUE(contains(text, name + "\"+Inf\"} 1\n"));
  EXPECT_TRUE(contains(text, "trivet_http_stage_duration_seconds_count{route=\"rest\",stage=\"plan\"} 1"));
  EXPECT_FALSE(contains(text, "stage=\"execute\""));
}

TEST(Metrics, RoutesBeyondTheLimitCountAsOther) {
  static std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("route" + std::to_string(i));
  Metrics metrics(1);
  for (const std::string& name : names) metrics.request(event_of(name, 200));
  const std::string text = metrics.render();
  EXPECT_TRUE(contains(text, "{route=\"route30\",method=\"GET\",status=\"200\"} 1\n"));
  EXPECT_TRUE(contains(text, "{route=\"other\",method=\"GET\",status=\"200\"} 9\n"));
  EXPECT_FALSE(contains(text, "route31"));
}

TEST(Metrics, LoopsCountAtTheSameTime) {
  Metrics metrics(2);
  std::vector<std::jthread> loops;
  for (unsigned loop = 0; loop < 2; ++loop) {
    loops.emplace_back([&metrics, loop] {
      RequestEvent event = event_of(loop == 0 ? "a" : "b", 200);
      event.loop_index = loop;
      for (int i = 0; i < 1000; ++i) metrics.request(event);
    });
  }
  for (int i = 0; i < 10; ++i) (void)metrics.render();
  loops.clear();
  const std::string text = metrics.render();
  EXPECT_TRUE(contains(text, "{route=\"a\",method=\"GET\",status=\"200\"} 1000\n"));
  EXPECT_TRUE(contains(text, "{route=\"b\",method=\"GET\",status=\"200\"} 1000\n"));
}

TEST(Metrics, PassesPromtool) {
  Metrics metrics(1);
  metrics.request(event_of("rest", 200));
  metrics.request(event_of("quote\"d\\", 599));
  metrics.add_reader({"trivet_connections", "gauge", "Open connections."}, [] { return 3.0; });
  const std::string path = testing::TempDir() + "trivet_metrics.txt";
  std::ofstream(path) << metrics.render();
  EXPECT_EQ(std::system(("promtool check metrics < " + path).c_str()), 0);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace trivet::observe
