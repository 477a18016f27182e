// RowWriter: typed rows to a CSV, NDJSON or JSON file, in bounded memory. What it writes, RowReader
// and coercion read back as the same values. One thread at a time; call finish() last, else the
// output is incomplete.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/byte_source.h"
#include "data/format.h"
#include "value/format_options.h"
#include "value/type.h"
#include "value/value.h"

namespace trivet::data {

struct Column {
  std::string name;
  Type type = Type::unknown;  // element type for lists
};

class RowWriter {
 public:
  virtual ~RowWriter() = default;
  // One value per column; scalars and lists. CSV: null is nothing, the empty string "" (RFC 4180
  // quoting, text forms of PostgreSQL).
  [[nodiscard]] virtual result<void> write(std::span<const Value> cells) = 0;
  // Closes the array, flushes, finishes the sink.
  [[nodiscard]] virtual result<void> finish() = 0;
  [[nodiscard]] virtual uint64_t rows_written() const = 0;
  [[nodiscard]] virtual uint64_t bytes_written() const = 0;
};

[[nodiscard]] std::unique_ptr<RowWriter> make_row_writer(std::unique_ptr<ByteSink> sink,
                                                         Format format, std::vector<Column> columns,
                                                         const FormatOptions& options);

}  // namespace trivet::data
