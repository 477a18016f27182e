// The shape of a MariaDB database: what would make it match a schema, and doing that.
//
// All of it blocks and opens a connection of its own, so it also works beside a running store. A
// second migration to the same schema is empty; so is the first one of a database that Prisma made.
#pragma once

#include "base/error.h"
#include "schema/schema.h"
#include "store/migration.h"
#include "store/mysql/options.h"

namespace trivet::store::mysql {

// Steps and what they would lose, with counts of rows. Changes nothing.
[[nodiscard]] result<Migration> plan_migration(const MysqlOptions& options,
                                               const schema::Schema& schema, Extras extras);

// One process at a time. Each statement commits by itself: what fails leaves those before it done,
// and the error says which it was. Refuses losses (would_lose_data, each in the details) unless
// accepted; impossible ones always.
result<void> apply_migration(const MysqlOptions& options, const Migration& migration,
                             DataLoss data_loss);

// After an import: the query planner learns how values are spread.
result<void> settle_database(const MysqlOptions& options);

}  // namespace trivet::store::mysql
