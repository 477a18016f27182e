// Two layouts of a PostgreSQL database: what must happen to their tables. Names of indexes and
// constraints that alone differ are changed in place. Pure.
#pragma once

#include <vector>

#include "store/sql/ddl.h"
#include "store/sql/layout/layout_diff.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::store::postgres {

[[nodiscard]] std::vector<sql::TableChange> compare_layouts(const DatabaseDescription& from,
                                                            const DatabaseDescription& to);

// Whether every value of the one type is stored alike as a value of the other: then no row is
// rewritten, and no expression is needed to convert.
[[nodiscard]] bool is_widened(const std::string& from, const std::string& to);

// What readers and writers of changed tables wait for. Indexes that the script builds concurrently
// cost nobody anything.
[[nodiscard]] std::vector<sql::TableCost> find_costs(const sql::LayoutDiff& diff,
                                                     const sql::ScriptFacts& facts);

}  // namespace trivet::store::postgres
