#include "api/rest/request/page.h"

#include <algorithm>
#include <charconv>

namespace trivet::api::rest {
namespace {

std::optional<int64_t> parse_digits(std::string_view text) {
  int64_t value = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<HeaderRange> parse_range_header(std::string_view value) {
  const size_t dash = value.find('-');
  if (dash == value.npos) return std::nullopt;
  const std::optional<int64_t> first = parse_digits(value.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash + 1 == value.size()) return HeaderRange{*first, std::nullopt};
  const std::optional<int64_t> last = parse_digits(value.substr(dash + 1));
  if (!last) return std::nullopt;
  return HeaderRange{*first, last};
}

result<Page> intersect_page(Page asked, const std::optional<HeaderRange>& range) {
  if (asked.limit && *asked.limit < 0)
    return fail(ErrorCode::bad_range, "Requested range not satisfiable",
                "Limit should be greater than or equal to zero.");
  asked.offset = std::max<int64_t>(asked.offset, 0);
  if (!range || (asked.limit && *asked.limit == 0)) return asked;

  const int64_t first = std::max(asked.offset, range->first);
  std::optional<int64_t> last = range->last;
  if (asked.limit) {
    const int64_t asked_last = asked.offset > INT64_MAX - *asked.limit
                                   ? INT64_MAX
                                   : asked.offset + *asked.limit - 1;
    last = std::min(last.value_or(asked_last), asked_last);
  }
  if (last && first > *last)
    return fail(ErrorCode::bad_range, "Requested range not satisfiable",
                "The lower boundary must be lower than or equal to the upper boundary in the Range "
                "header.");
  return Page{first, last ? std::optional(*last - first + 1) : std::nullopt};
}

}  // namespace trivet::api::rest
