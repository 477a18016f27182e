#include "cli/file_format.h"

#include <fmt/format.h>

namespace trivet::cli {

result<data::Format> file_format(const std::string& said, const std::string& path) {
  const auto format = said.empty() ? data::format_of_path(path) : data::parse_format(said);
  if (format) return *format;
  if (said.empty())
    return fail(ErrorCode::bad_parameter,
                fmt::format("the format of {} is unknown: say --format json, ndjson or csv", path));
  return fail(ErrorCode::bad_parameter,
              fmt::format("unknown format {}: json, ndjson or csv", said));
}

}  // namespace trivet::cli
