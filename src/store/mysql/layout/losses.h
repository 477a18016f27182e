// What the change of tables would destroy or fail at, counted in the rows of the live database.
// Reads only.
#pragma once

#include <vector>

#include "base/error.h"
#include "store/migration.h"
#include "store/mysql/layout/difference.h"
#include "store/mysql/layout/session.h"
#include "store/sql/layout/script.h"

namespace trivet::store::mysql {

// `live` is the layout that the session's database has now. The differences are under the names
// that `renames` give; what isn't there yet has nothing to lose.
[[nodiscard]] result<std::vector<Loss>> find_losses(Session& session,
                                                    const DatabaseDescription& live,
                                                    const std::vector<TableDifference>& differences,
                                                    const std::vector<sql::Rename>& renames);

}  // namespace trivet::store::mysql
