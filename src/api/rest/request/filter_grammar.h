// The operator part of a filter, shared by plain filters and logic trees, which differ only in how far a value reaches.
#pragma once

#include "api/rest/request/cursor.h"

namespace trivet::api::rest {

using ValueReader = result<std::string> (*)(Cursor&);

// [not.]op[(any)|(all)|(config)].value
[[nodiscard]] result<Filter> parse_operation(Cursor& cursor, ValueReader read_value);

}  // namespace trivet::api::rest
