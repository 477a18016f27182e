// Makes migrations while a project is developed: applies what is pending, refuses a database that
// has come apart from its history, and writes the next migration from the schema's changes.
// Blocking.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/migrate/deploy.h"
#include "app/migrate/project.h"
#include "app/migrate/renames.h"
#include "app/migrate/state.h"

namespace trivet::app {

struct DevelopStart {
  std::unique_ptr<store::sql::MigrationLock> lock;
  MigrationsState state;              // after applying
  DeployReport pending;               // what was applied first
  store::DatabaseDescription layout;  // after all migrations
};

// Fails, with what to do, if a migration failed, was changed or is missing, or the database was
// changed by other means (drift).
[[nodiscard]] result<DevelopStart> begin_develop(MigrationProject& project,
                                                 const DeployOptions& options);

// Makes the layout of a database without history the first migration, 0_init, and records it as
// applied. Its name.
[[nodiscard]] result<std::string> take_baseline(MigrationProject& project,
                                                std::chrono::seconds wait);

struct SchemaChange {
  store::sql::LayoutDiff diff;
  std::vector<store::sql::Rename> undecided;  // must be empty before it is written
  std::vector<Danger> dangers;                // for this database
};
[[nodiscard]] result<SchemaChange> plan_change(MigrationProject& project, const DevelopStart& start,
                                               const RenameChoices& choices);

enum class Apply : uint8_t { now, later };
struct WriteOptions {
  std::string words;  // of its name; empty = from the changes
  Accepted accepted;  // written into the script as marks
  Apply apply = Apply::now;
};
struct WrittenMigration {
  std::string name;
  std::string not_reversible;  // why there is no down.sql; empty = there is one
};
// Writes the migration and applies it. One that can't be applied is taken away again.
[[nodiscard]] result<WrittenMigration> write_change(MigrationProject& project,
                                                    const DevelopStart& start,
                                                    const SchemaChange& change,
                                                    const WriteOptions& options);

}  // namespace trivet::app
