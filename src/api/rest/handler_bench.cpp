// What the REST front end costs for one row by key: nanoseconds of each stage, the median. The store is the memory store, whose
// own time is in `execute`.
#include <fmt/format.h>

#include <algorithm>
#include <vector>
#include <string>

#include "api/rest/handler.h"
#include "base/clock.h"
#include "engine/testing/harness.h"

namespace trivet::api::rest {
namespace {

constexpr std::string_view schema_text = R"(
datasource db { provider = "sqlite" }
model City {
  id         Int    @id
  name       String
  country    String
  population Int
  lat        Float
  lon        Float
  @@allow('read', true)
  @@map("cities")
}
)";

struct Totals {
  std::array<std::vector<uint32_t>, observe::stage_count> stages;
  std::vector<uint32_t> rest;  // decode, plan and encode
  size_t bytes = 0;
};

task<void> ask(RestHandler& handler, const http::Request& request, size_t times, Totals& totals) {
  for (size_t i = 0; i < times; ++i) {
    request.stage_times = {};
    const http::Response response = co_await handler.handle(request);
    totals.bytes += response.body.size();
    const auto& times_ns = request.stage_times;
    for (size_t stage = 0; stage < observe::stage_count; ++stage)
      totals.stages[stage].push_back(times_ns[stage]);
    totals.rest.push_back(times_ns[1] + times_ns[2] + times_ns[3] + times_ns[5]);
  }
}

// What a quiet machine would show: preemption only ever adds.
uint32_t median(std::vector<uint32_t>& samples) {
  std::ranges::nth_element(samples, samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2));
  return samples[samples.size() / 2];
}

void measure(RestHandler& handler, const auth::ProjectKeys& keys, std::string_view query) {
  constexpr size_t times = 100'000;
  http::Request request;
  request.method = http::Method::get;
  request.method_text = "GET";
  request.path = "/rest/v1/cities";
  request.query = query;
  request.deadline = engine::testing::no_deadline();
  request.headers = {{"Host", "localhost:4000"},  {"User-Agent", "bench"},
                     {"apikey", keys.publishable}, {"Accept", "*/*"},
                     {"Connection", "keep-alive"}};
  Totals totals;
  engine::testing::await(ask(handler, request, 1000, totals));
  totals = {};
  engine::testing::await(ask(handler, request, times, totals));
  fmt::print("{}\n ", query);
  for (size_t stage = 0; stage < observe::stage_count; ++stage)
    fmt::print(" {} {}", observe::stage_names[stage], median(totals.stages[stage]));
  fmt::print("\n  decode+plan+encode {} ns, {} bytes\n", median(totals.rest), totals.bytes / times);
}

int run() {
  auto checked = schema::check_schema({{"schema.zmodel", std::string(schema_text)}});
  TRIVET_ASSERT(checked.ok());
  engine::testing::FixedEnvironment environment;
  store::memory::MemoryStore store(checked.schema);
  engine::Engine engine(checked.schema, store, environment, Limits{});
  const ManualClock clock(engine::testing::fixed_now_us);
  const auth::ProjectKeys keys = auth::derive_keys("a secret of at least thirty-two bytes, for tests");
  const auth::Authenticator authenticator(keys, {}, clock);
  RestHandler handler(engine, authenticator, {});

  http::Request insert;
  insert.method = http::Method::post;
  insert.method_text = "POST";
  insert.path = "/rest/v1/cities";
  insert.headers = {{"apikey", keys.secret_key}};
  insert.body =
      R"({"id":1,"name":"Berlin","country":"DE","population":3645000,"lat":52.52,"lon":13.405})";
  insert.deadline = engine::testing::no_deadline();
  const http::Response answer = engine::testing::await(handler.handle(insert));
  TRIVET_ASSERT(answer.status == 201);
  measure(handler, keys, "id=eq.1");
  measure(handler, keys, "select=id,name,population&id=eq.1");
  measure(handler, keys, "id=in.(1,2,3,4,5)");
  measure(handler, keys, "or=(id.eq.1,name.eq.x)");
  return 0;
}

}  // namespace
}  // namespace trivet::api::rest

int main() { return trivet::api::rest::run(); }
