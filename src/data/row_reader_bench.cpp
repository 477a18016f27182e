// Rows per second out of memory, in each format.
#include <benchmark/benchmark.h>

#include "data/row_reader.h"

namespace trivet::data {
namespace {

constexpr int rows = 100'000;

std::string make_file(Format format) {
  std::string out = format == Format::csv    ? "id,name,population,lat,lon\n"
                    : format == Format::json ? "["
                                             : "";
  for (int i = 0; i < rows; ++i) {
    const std::string id = std::to_string(i);
    if (format == Format::csv) {
      out += id + ",Sankt Georgen " + id + ",123456,52.52001,13.40495\n";
    } else {
      if (format == Format::json && i > 0) out += ",";
      out += "{\"id\":" + id + ",\"name\":\"Sankt Georgen " + id +
             "\",\"population\":123456,\"lat\":52.52001,\"lon\":13.40495}\n";
    }
  }
  return format == Format::json ? out + "]" : out;
}

void read_rows(benchmark::State& state, Format format) {
  const std::string file = make_file(format);
  for (auto _ : state) {
    const auto reader = make_row_reader(memory_source(file), format, {});
    size_t cells = 0;
    while (*reader->next() == ReadStep::row) cells += reader->cells().size();
    benchmark::DoNotOptimize(cells);
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(file.size()));
}
BENCHMARK_CAPTURE(read_rows, csv, Format::csv);
BENCHMARK_CAPTURE(read_rows, ndjson, Format::ndjson);
BENCHMARK_CAPTURE(read_rows, json, Format::json);

}  // namespace
}  // namespace trivet::data

BENCHMARK_MAIN();
