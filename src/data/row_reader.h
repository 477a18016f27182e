// RowReader: rows of a CSV, NDJSON or JSON file, one at a time, in bounded memory: a window over
// the file that is as big as its longest row, up to a limit.
//
// A bad row (wrong number of fields, broken JSON on a line, too long) is reported with its line and
// reading goes on behind it; what can't be stepped over (an unreadable file, a broken JSON array)
// is an error of next(). Cells are not typed: coercion is the caller's (value/coerce.h). One thread
// at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "data/byte_source.h"
#include "data/format.h"
#include "value/json_reader.h"

namespace trivet::data {

enum class CellKind : uint8_t {
  bare,    // CSV, unquoted: whether the word NULL or nothing means null is the caller's rule
  quoted,  // CSV, quoted: always text
  json     // a JSON value
};

struct Cell {
  CellKind kind = CellKind::bare;
  std::string_view text;  // bare, quoted: decoded
  JsonValue json;         // json
};

enum class ReadStep : uint8_t { row, bad_row, end };

struct RowReaderOptions {
  size_t row_bytes_max = 16 * 1024 * 1024;
  size_t columns_max = 4096;
  size_t chunk_bytes = 256 * 1024;  // read at a time
  uint32_t json_depth_max = 64;
  char separator = ',';  // CSV
};

class RowReader {
 public:
  virtual ~RowReader() = default;

  // row: names(), cells(), line() hold it until the next call. bad_row: line() and bad_row() say
  // where and what.
  [[nodiscard]] virtual result<ReadStep> next() = 0;

  // Column names and cells, of one length. CSV: the header; JSON: the object's keys, in order, a
  // repeated key only at its last value.
  [[nodiscard]] virtual std::span<const std::string_view> names() const = 0;
  [[nodiscard]] virtual std::span<const Cell> cells() const = 0;
  // Rises whenever names() differ from the row before, so that a caller maps names to fields only
  // then. Starts at 1.
  [[nodiscard]] virtual uint64_t names_version() const = 0;
  // First line of the row, from 1; the header counts.
  [[nodiscard]] virtual uint64_t line() const = 0;
  [[nodiscard]] virtual const Error& bad_row() const = 0;
  [[nodiscard]] virtual uint64_t bytes_read() const = 0;
};

// A byte order mark at the start is skipped (files have them; JSON bodies don't, see
// json_reader.h).
[[nodiscard]] std::unique_ptr<RowReader> make_row_reader(std::unique_ptr<ByteSource> source,
                                                         Format format,
                                                         const RowReaderOptions& options);
// make_row_reader over open_source(path).
[[nodiscard]] result<std::unique_ptr<RowReader>> open_rows(const std::string& path, Format format,
                                                           const RowReaderOptions& options);

}  // namespace trivet::data
