// A parsed query string as JSON, for tools that look at one part of the program at a time (trivet-check). Pure.
#pragma once

#include <string>

#include "api/rest/request/query.h"

namespace trivet::api::rest {

[[nodiscard]] std::string query_text(const Query& query);

}  // namespace trivet::api::rest
