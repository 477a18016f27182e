// What a cell costs on its way out and in. Built by hand or by the bench folder; prints ns per
// call.
#include <benchmark/benchmark.h>

#include "value/coerce.h"
#include "value/json_reader.h"
#include "value/json_writer.h"

namespace trivet {
namespace {

void append_string(benchmark::State& state) {
  const std::string text(static_cast<size_t>(state.range(0)), 'x');
  std::string out;
  out.reserve(1 << 20);
  for (auto _ : state) {
    if (out.size() > 900'000) out.clear();
    append_json_string(out, text);
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append_string)->Arg(8)->Arg(32)->Arg(256);

void append_value(benchmark::State& state, Value value, Type type) {
  std::string out;
  out.reserve(1 << 20);
  for (auto _ : state) {
    if (out.size() > 900'000) out.clear();
    append_json_value(out, value, type, {});
  }
}
BENCHMARK_CAPTURE(append_value, small_integer, Value::integer(42), Type::int4);
BENCHMARK_CAPTURE(append_value, large_integer, Value::integer(9007199254740993), Type::int8);
BENCHMARK_CAPTURE(append_value, whole_float, Value::floating(1234), Type::float8);
BENCHMARK_CAPTURE(append_value, float8, Value::floating(52.5200065), Type::float8);
BENCHMARK_CAPTURE(append_value, numeric, Value::numeric("12.50"), Type::numeric);
BENCHMARK_CAPTURE(append_value, text, Value::text("Berlin-Mitte"), Type::text);
BENCHMARK_CAPTURE(append_value, timestamptz, Value::timestamp(1'706'704'496'123'456),
                  Type::timestamptz);
BENCHMARK_CAPTURE(append_value, boolean, Value::boolean(true), Type::boolean);

void coerce(benchmark::State& state, std::string_view literal, Type type) {
  Arena arena;
  const CoerceContext context;
  for (auto _ : state) {
    benchmark::DoNotOptimize(coerce_text(literal, type, context, arena));
    arena.clear();
  }
}
BENCHMARK_CAPTURE(coerce, int4, "12345", Type::int4);
BENCHMARK_CAPTURE(coerce, int8, "9007199254740993", Type::int8);
BENCHMARK_CAPTURE(coerce, float8, "52.5200065", Type::float8);
BENCHMARK_CAPTURE(coerce, numeric, "12.50", Type::numeric);
BENCHMARK_CAPTURE(coerce, text, "Berlin-Mitte", Type::text);
BENCHMARK_CAPTURE(coerce, boolean, "true", Type::boolean);
BENCHMARK_CAPTURE(coerce, timestamptz, "2024-01-31T12:34:56.123Z", Type::timestamptz);
BENCHMARK_CAPTURE(coerce, uuid, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", Type::uuid);

void parse_body(benchmark::State& state) {
  std::string body = "[";
  for (int i = 0; i < 100; ++i) {
    body += i == 0 ? "" : ",";
    body +=
        R"({"id":12345,"name":"Berlin-Mitte","population":3769495,"lat":52.52,"capital":true,"note":null})";
  }
  body += "]";
  for (auto _ : state) {
    size_t members = 0;
    for (const JsonValue& row : parse_json(body, 64)->elements()) {
      for (const JsonMember& member : row.members()) members += member.value.raw().size();
    }
    benchmark::DoNotOptimize(members);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}
BENCHMARK(parse_body);

}  // namespace
}  // namespace trivet

BENCHMARK_MAIN();
