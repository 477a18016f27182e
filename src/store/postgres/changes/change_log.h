// The log of changes on PostgreSQL 13 and later: triggers of statements, NOTIFY, and a reader.
#pragma once

#include <memory>

#include "store/changes/changes.h"
#include "store/postgres/options.h"

namespace trivet::store::postgres {

// Makes what the schema's @@realtime models need and takes away what none needs any more; changes nothing that is right
// already. Of several processes that start at once one makes it.
result<void> prepare_changes(const PostgresOptions& options, const schema::Schema& schema);

// Connects when it is first asked.
[[nodiscard]] std::unique_ptr<ChangeLog> open_change_log(const PostgresOptions& options);

}  // namespace trivet::store::postgres
