// The shape of a PostgreSQL database: what would make it match a schema, and doing that.
//
// All of it blocks and opens a connection of its own, so it also works beside a running store. A
// second migration to the same schema is empty; so is the first one of a database that Prisma made.
// Planning makes temporary tables, so the user needs the right to (TEMPORARY on the database, which
// everybody has unless it was taken away).
#pragma once

#include "base/error.h"
#include "schema/schema.h"
#include "store/migration.h"
#include "store/postgres/options.h"

namespace trivet::store::postgres {

// Extras: tables, types, indexes and optional columns of the database that the schema doesn't know.
using store::Extras;

// Steps and what they would lose, with counts of rows. Changes nothing.
[[nodiscard]] result<Migration> plan_migration(const PostgresOptions& options,
                                               const schema::Schema& schema, Extras extras);

using store::DataLoss;
// All or nothing, one process at a time. Refuses losses (would_lose_data, each in the details)
// unless accepted; impossible ones always.
result<void> apply_migration(const PostgresOptions& options, const Migration& migration,
                             DataLoss data_loss);

// After an import: sequences go on behind the highest key, and the query planner learns how values
// are spread.
result<void> settle_database(const PostgresOptions& options);

}  // namespace trivet::store::postgres
