#include "data/format.h"

#include "base/unicode.h"

namespace trivet::data {

std::optional<Format> format_of_path(std::string_view path) {
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || path.find('/', dot) != std::string_view::npos)
    return std::nullopt;
  return parse_format(lower_ascii(path.substr(dot + 1)));
}

std::optional<Format> parse_format(std::string_view name) {
  if (name == "csv") return Format::csv;
  if (name == "ndjson" || name == "jsonl") return Format::ndjson;
  if (name == "json") return Format::json;
  return std::nullopt;
}

std::string_view format_name(Format format) {
  switch (format) {
    case Format::csv:
      return "csv";
    case Format::ndjson:
      return "ndjson";
    case Format::json:
      return "json";
  }
  return "";
}

}  // namespace trivet::data
