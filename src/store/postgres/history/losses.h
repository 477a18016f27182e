// What a difference of layouts would destroy or fail at, counted in the rows of the live database.
// Reads only.
#pragma once

#include <vector>

#include "base/error.h"
#include "store/postgres/layout/session.h"
#include "store/sql/layout/layout_diff.h"

namespace trivet::store::postgres {

// `live` is the layout that the session's database has now; renames of the difference lead back to
// its names.
[[nodiscard]] result<std::vector<Loss>> find_losses(Session& session,
                                                    const DatabaseDescription& live,
                                                    const sql::LayoutDiff& diff);

}  // namespace trivet::store::postgres
