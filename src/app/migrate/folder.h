// The folder of migrations, laid out as Prisma's: <timestamp>_<name>/migration.sql, and a
// migration_lock.toml with the database's kind. Beside migration.sql may be a down.sql, which
// Prisma passes over. Blocking; values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trivet::app {

struct MigrationFile {
  std::string name;  // of its folder
  std::string sql;
  std::optional<std::string> down;

  // Of the text as it is; hex.
  [[nodiscard]] std::string checksum() const;
  // Line ends may have changed on the way through version control.
  [[nodiscard]] bool matches(std::string_view checksum) const;
};

// In the order in which they are applied: that of their names. A missing folder has none. Fails
// (bad_config) if the folder is for another kind of database or a migration has no migration.sql.
[[nodiscard]] result<std::vector<MigrationFile>> read_migrations(const std::string& folder,
                                                                 std::string_view provider);

// Makes the folder too, if need be, and its lock file. Whole or not at all.
result<void> write_migration(const std::string& folder, std::string_view provider,
                             const MigrationFile& migration);
result<void> remove_migration(const std::string& folder, const std::string& name);

// "20240131120000_add_user": UTC, after every name of `others`. The words become [a-z0-9_].
[[nodiscard]] std::string new_migration_name(int64_t now_us, std::string_view words,
                                             const std::vector<MigrationFile>& others);

}  // namespace trivet::app
