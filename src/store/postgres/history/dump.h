// Everything of a schema of the database but its rows, as a script that makes it again: also what a
// layout doesn't describe (views, functions, triggers, checks). Reads only.
//
// Left out: rights, row level security, rules, comments, domains and what other schemas hold. A
// partitioned table is refused (bad_config).
#pragma once

#include <string>

#include "base/error.h"
#include "store/postgres/layout/session.h"
#include "store/migration.h"

namespace trivet::store::postgres {

[[nodiscard]] result<std::string> dump_layout(Session& session, const DatabaseDescription& layout);

}  // namespace trivet::store::postgres
