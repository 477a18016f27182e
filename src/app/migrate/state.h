// How a database's history of migrations stands beside the folder's. Blocking; values.
#pragma once

#include <string>
#include <vector>

#include "app/migrate/folder.h"
#include "app/migrate/project.h"
#include "base/error.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::app {

struct MigrationsState {
  std::vector<MigrationFile> files;                  // of the folder, in order
  std::vector<size_t> applied;                       // among files
  std::vector<size_t> pending;                       // among files
  std::vector<std::string> edited;                   // applied, and not what was applied any more
  std::vector<std::string> missing;                  // applied, and not in the folder
  std::vector<store::sql::MigrationRecord> failed;   // neither done nor undone
  std::vector<store::sql::MigrationRecord> records;  // the whole history
  bool has_history = false;
  bool is_empty = true;  // the database: nothing is there but, perhaps, the history

  // What is there was made without migrations: a history has to begin with it.
  [[nodiscard]] bool needs_baseline() const { return !has_history && !is_empty; }
  [[nodiscard]] std::vector<const MigrationFile*> applied_files() const;
  [[nodiscard]] const store::sql::MigrationRecord* record_of(const std::string& name) const;
};

[[nodiscard]] result<MigrationsState> read_state(MigrationProject& project);

// Errors that say what to do: a failed migration is in the way; the history has to begin.
[[nodiscard]] result<void> require_none_failed(const MigrationsState& state);
[[nodiscard]] result<void> require_history(const MigrationProject& project,
                                           const MigrationsState& state);

}  // namespace trivet::app
