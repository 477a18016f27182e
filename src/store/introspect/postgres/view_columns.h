// Where the columns of a view come from, out of the tree that PostgreSQL keeps of its query (pg_rewrite.ev_action): there is no
// other place that tells it.
//
// Pure. A tree of a form that isn't known gives no columns; nothing is guessed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/introspect/live.h"

namespace trivet::store::introspect {

// A column of the view that is a column of a table or of another view, as it is.
struct ViewColumn {
  int number = 0;      // from 1, in the view
  std::string table;   // oid
  int table_number = 0;
};
[[nodiscard]] std::vector<ViewColumn> view_columns(std::string_view action);

// Lets `view` have what the columns of `base` have: its foreign keys where all of their columns are in the view. `from` has the
// view's column for each of the base's, or an empty name. Of a view that is written through, a row is one of the
// base: then its key, what must be given and what needs not be are the base's too.
enum class ViewRows : uint8_t { of_base, any };
void inherit_keys(const LiveTable& base, const std::vector<std::string>& from, ViewRows rows, LiveTable& view);

}  // namespace trivet::store::introspect
