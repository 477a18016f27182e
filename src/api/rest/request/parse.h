// Query string → Query (dialects/rest.md, sections 1 and 2). Pure; errors are PGRST100 in upstream's order: order, logic,
// columns, select, filters, on_conflict.
#pragma once

#include <string_view>
#include <vector>

#include "api/rest/request/query.h"
#include "api/rest/request/url.h"
#include "base/error.h"

namespace trivet::api::rest {

[[nodiscard]] result<Query> parse_query(const std::vector<Parameter>& parameters);

// The parts, each for one decoded value.
[[nodiscard]] result<std::vector<SelectItem>> parse_select(std::string_view text);
[[nodiscard]] result<std::vector<OrderItem>> parse_order(std::string_view text);
[[nodiscard]] result<std::vector<std::string>> parse_names(std::string_view what,
                                                           std::string_view text);
// The value of a plain filter; field is left empty.
[[nodiscard]] result<Filter> parse_filter(std::string_view text);
// The elements of "(a,b)", as behind `in.`.
[[nodiscard]] result<std::vector<std::string>> parse_in_list(std::string_view text);
// `text` is the tree with its operator in front: "and(a.eq.1,b.eq.2)"; `raw` is what the caller wrote.
[[nodiscard]] result<Logic> parse_logic(std::string_view raw, std::string_view text);

}  // namespace trivet::api::rest
