// The shape of an SQLite database: what it is, what would make it match a schema, and doing that.
//
// All of it blocks and opens a connection of its own, so it also works beside a running store. A
// second migration to the same schema is empty; so is the first one of a database that Prisma made.
#pragma once

#include <string>

#include "base/error.h"
#include "schema/schema.h"
#include "store/migration.h"
#include "store/sqlite/options.h"

namespace trivet::store::sqlite {

[[nodiscard]] result<DatabaseDescription> describe_database(const SqliteOptions& options);

// Steps and what they would lose, with counts of rows. Changes nothing.
// What the tables of `schema` need in a database that holds other tables too, which stay as they are.
[[nodiscard]] result<Migration> plan_beside(const SqliteOptions& options,
                                            const schema::Schema& schema);
[[nodiscard]] result<Migration> plan_migration(const SqliteOptions& options,
                                               const schema::Schema& schema);

using store::DataLoss;
// All or nothing. Refuses losses (would_lose_data, each in the details) unless accepted; impossible
// ones always. Fails if foreign keys would be left without their target.
result<void> apply_migration(const SqliteOptions& options, const Migration& migration,
                             DataLoss data_loss);

// Lets the query planner learn how values are spread. Cheap; after an import or a migration.
result<void> optimize_database(const SqliteOptions& options);

}  // namespace trivet::store::sqlite
