// Counts in the rows that are there what changes of tables would destroy, or fail at.
#pragma once

#include <vector>

#include "base/error.h"
#include "store/migration.h"
#include "store/sql/layout/layout_diff.h"
#include "store/sqlite/connection.h"

namespace trivet::store::sqlite {

// `live` is the layout as it is; the changes may start from one where `renames` are done already.
// Tables and columns that aren't there yet lose nothing.
[[nodiscard]] result<std::vector<Loss>> find_losses(Connection& connection,
                                                    const DatabaseDescription& live,
                                                    const std::vector<sql::TableChange>& changes,
                                                    const std::vector<sql::Rename>& renames);

}  // namespace trivet::store::sqlite
