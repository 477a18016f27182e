// One CSV record out of a window of bytes (RFC 4180): where its fields are, or that it goes on
// behind the window.
//
// Records end with LF or CR LF; a CR elsewhere is data. A quote inside an unquoted field, or
// anything but a separator behind a closing quote, makes the record bad; it then ends at the next
// LF. No I/O, no memory of its own beyond the spans.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace trivet::data {

struct CsvField {
  size_t begin = 0;  // offsets into the window, quotes left out
  size_t size = 0;
  bool quoted = false;
  bool doubled = false;  // holds "" pairs to be undone
};

enum class CsvScan : unsigned char { record, incomplete, bad };

struct CsvRecord {
  std::vector<CsvField> fields;
  size_t bytes = 0;        // with the line end: what to consume
  size_t lines = 0;        // line ends in it, the last included
  const char* fault = "";  // bad: what is wrong
};

// `last`: nothing follows `text`, so a record may end without a line end. text is not empty.
// incomplete: call again with more text; `record` is scratch.
[[nodiscard]] CsvScan scan_csv_record(std::string_view text, char separator, bool last,
                                      CsvRecord& record);

}  // namespace trivet::data
