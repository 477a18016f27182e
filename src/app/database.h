// The project's database: where it is, and whether it is what the schema says. Blocking.
#pragma once

#include <string>
#include <vector>

#include "app/config/config_load.h"
#include "app/drivers/driver.h"
#include "base/error.h"
#include "schema/schema.h"
#include "store/migration.h"
#include "store/sqlite/options.h"

namespace trivet::app {

// How to open it, if it is SQLite. The datasource's env() is looked up in `environment`.
[[nodiscard]] result<store::sqlite::SqliteOptions> database_options(const Config& config,
                                                                    const schema::Schema& schema,
                                                                    const Environment& environment);

// bad_config, with what is missing and the command that helps, if the database is absent or not
// what the schema says.
[[nodiscard]] result<void> require_in_sync(Driver& driver, const schema::Schema& schema);

// Makes the database match unless data would be lost (would_lose_data: what, and the command that
// does it all the same). Returns what was done, a line each. A project with migrations is left to
// them: it must be in sync.
[[nodiscard]] result<std::vector<std::string>> push_without_loss(Driver& driver,
                                                                 const schema::Schema& schema);

}  // namespace trivet::app
