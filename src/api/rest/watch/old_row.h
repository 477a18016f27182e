// A row that is gone, as its database kept it, in cells that filters and rules can be computed over.
#pragma once

#include <string_view>
#include <vector>

#include "api/rest/resolve/catalog.h"
#include "value/arena.h"
#include "value/value.h"

namespace trivet::api::rest {

// By Field::column. Absent: what the text doesn't say in a form that is sure (documents, lists, bytes). `row` is JSON; it
// and the arena outlive the cells.
[[nodiscard]] std::vector<Value> cells_of(std::string_view row, const Catalog& catalog, int model, Arena& arena);

}  // namespace trivet::api::rest
