// CSV bodies (RFC 4180; the first line names the columns). Fields view the text, or the arena where quotes were doubled.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "value/arena.h"

namespace trivet::api::rest {

struct CsvTable {
  std::vector<std::string_view> header;
  std::vector<std::string_view> fields;  // row-major
  uint32_t rows = 0;
};

// PGRST102: no header, an open quote, or a line with another number of fields.
[[nodiscard]] result<CsvTable> parse_csv(std::string_view text, Arena& arena);

}  // namespace trivet::api::rest
