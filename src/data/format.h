// The file formats of import and export, and which one a file name means.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trivet::data {

enum class Format : uint8_t {
  csv,     // RFC 4180 with a header line
  ndjson,  // one JSON object a line
  json     // one array of objects (reading also takes one object, or objects after each other)
};

// By ending: .csv, .ndjson and .jsonl, .json; letter case ignored.
[[nodiscard]] std::optional<Format> format_of_path(std::string_view path);
// "csv", "ndjson", "jsonl", "json".
[[nodiscard]] std::optional<Format> parse_format(std::string_view name);
[[nodiscard]] std::string_view format_name(Format format);

}  // namespace trivet::data
