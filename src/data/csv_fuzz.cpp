// CSV, NDJSON and JSON files of any bytes: reading ends, stays inside, gives the same rows whatever
// the chunks, and CSV rows that are read are read again when they are written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "data/row_reader.h"
#include "data/row_writer.h"

namespace trivet::data {
namespace {

std::string read_all(std::string_view bytes, Format format, size_t chunk_bytes) {
  RowReaderOptions options;
  options.chunk_bytes = chunk_bytes;
  const auto reader = make_row_reader(memory_source(bytes), format, options);
  std::string out;
  while (true) {
    const result<ReadStep> step = reader->next();
    if (!step) return out + "!" + step.error().message;
    if (*step == ReadStep::end) return out;
    out += std::to_string(reader->line());
    if (*step == ReadStep::bad_row) {
      out += "?" + reader->bad_row().message;
      continue;
    }
    for (size_t i = 0; i < reader->cells().size(); ++i) {
      const Cell& cell = reader->cells()[i];
      out += reader->names()[i];
      out += cell.kind == CellKind::quoted ? "\x01" : "\x02";
      out += cell.kind == CellKind::json ? cell.json.raw() : cell.text;
    }
  }
}

void check_csv_again(std::string_view bytes) {
  RowReaderOptions options;
  options.chunk_bytes = 4096;
  const auto reader = make_row_reader(memory_source(bytes), Format::csv, options);
  result<ReadStep> step = reader->next();
  while (step && *step == ReadStep::bad_row) step = reader->next();
  if (!step || *step == ReadStep::end) return;
  std::string written;
  std::vector<Column> columns;
  std::vector<Value> values;
  for (size_t i = 0; i < reader->cells().size(); ++i) {
    columns.push_back({std::string(reader->names()[i]), Type::text});
    values.push_back(Value::text(reader->cells()[i].text));
  }
  const auto writer = make_row_writer(string_sink(written), Format::csv, columns, {});
  if (!writer->write(values) || !writer->finish()) std::abort();
  const auto again = make_row_reader(memory_source(written), Format::csv, options);
  const result<ReadStep> second = again->next();
  if (!second || *second != ReadStep::row || again->cells().size() != values.size()) std::abort();
  for (size_t i = 0; i < values.size(); ++i) {
    if (again->cells()[i].text != values[i].as_text() || again->names()[i] != columns[i].name)
      std::abort();
  }
}

}  // namespace
}  // namespace trivet::data

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using trivet::data::Format;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (Format format : {Format::csv, Format::ndjson, Format::json}) {
    const std::string whole = trivet::data::read_all(bytes, format, 4096);
    if (trivet::data::read_all(bytes, format, 3) != whole) std::abort();
  }
  trivet::data::check_csv_again(bytes);
  return 0;
}
