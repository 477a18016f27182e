#include "data/row_reader.h"

#include "data/csv_reader.h"
#include "data/json_readers.h"

namespace trivet::data {

std::unique_ptr<RowReader> make_row_reader(std::unique_ptr<ByteSource> source, Format format,
                                           const RowReaderOptions& options) {
  switch (format) {
    case Format::csv:
      return std::make_unique<CsvReader>(std::move(source), options);
    case Format::ndjson:
      return std::make_unique<NdjsonReader>(std::move(source), options);
    case Format::json:
      return std::make_unique<JsonArrayReader>(std::move(source), options);
  }
  TRIVET_ASSERT(!"no such format");
}

result<std::unique_ptr<RowReader>> open_rows(const std::string& path, Format format,
                                             const RowReaderOptions& options) {
  TRIVET_TRY(std::unique_ptr<ByteSource> source, open_source(path));
  return make_row_reader(std::move(source), format, options);
}

}  // namespace trivet::data
