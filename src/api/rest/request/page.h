// The page of the top level: limit, offset and the Range header intersected (dialects/rest.md, section 4). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace trivet::api::rest {

struct Page {
  int64_t offset = 0;
  std::optional<int64_t> limit;
};

// `a-b` or `a-`, without a unit; nullopt: not a range that counts.
struct HeaderRange {
  int64_t first = 0;
  std::optional<int64_t> last;
};
[[nodiscard]] std::optional<HeaderRange> parse_range_header(std::string_view value);

// PGRST103 when the page is impossible.
[[nodiscard]] result<Page> intersect_page(Page asked, const std::optional<HeaderRange>& range);

}  // namespace trivet::api::rest
