// Layouts of MariaDB databases in the words that migration.sql uses, and what turns one into
// another.
#pragma once

#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "store/migration.h"
#include "store/mysql/layout/session.h"
#include "store/sql/ddl.h"
#include "store/sql/layout/layout_diff.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::store::mysql {

// Without the tables of tools. Types and defaults are spelled as of a schema: INTEGER, not int(11).
[[nodiscard]] result<DatabaseDescription> read_layout(Session& session);
[[nodiscard]] DatabaseDescription layout_of_schema(const schema::Schema& schema);

[[nodiscard]] std::vector<sql::TableChange> compare_for_migration(const DatabaseDescription& from,
                                                                  const DatabaseDescription& to);

// What writers of changed tables wait for. What MariaDB 10.11 does at once, or while others write,
// costs nobody anything: columns that come, go or are renamed, indexes, longer VARCHARs within one
// size of length, values added to an enum's end.
[[nodiscard]] std::vector<sql::TableCost> find_costs(const sql::LayoutDiff& diff);

}  // namespace trivet::store::mysql
