// A database that migrations are applied to, as its driver offers it: its layout, its history of
// migrations, running a script, a lock between processes, and an empty database to try things in.
//
// The history is Prisma's table _prisma_migrations, so either tool may go on where the other
// stopped. Everything blocks; one thread. Reading never makes a database that isn't there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "store/migration.h"
#include "store/sql/layout/layout_diff.h"

namespace trivet::store::sql {

enum class MigrationState : uint8_t {
  applied,
  failed,       // started and not finished: it may have been half done
  rolled_back,  // counts as not applied
};

struct MigrationRecord {
  std::string id;
  std::string name;
  std::string checksum;  // SHA-256 of migration.sql, in hex
  std::string logs;      // why it failed
  MigrationState state = MigrationState::failed;
};

struct MigrationScript {
  std::string name;
  std::string checksum;
  std::string sql;
};

// What those who use a table notice of its change, if it is big.
struct TableCost {
  enum class Kind : uint8_t { rewrite, lock } kind;
  std::string table;   // under its new name
  std::string column;  // empty: the table
  std::string what;    // "table \"A\" is rewritten"
  std::string who;     // waits meanwhile: "writers"
  std::string advice;  // the safe way
};

// Held as long as it lives; a process that dies lets go of it.
class MigrationLock {
 public:
  virtual ~MigrationLock() = default;
};

class MigrationTarget {
 public:
  virtual ~MigrationTarget() = default;

  [[nodiscard]] virtual std::string_view provider() const = 0;  // of migration_lock.toml
  [[nodiscard]] virtual std::string place() const = 0;          // for messages, without secrets

  // Without the tables of tools. Empty where there is no database.
  [[nodiscard]] virtual result<DatabaseDescription> describe() = 0;
  // The layout that this database's driver gives a schema.
  [[nodiscard]] virtual result<DatabaseDescription> layout_of(const schema::Schema& schema) = 0;
  // As diff_layouts, by what this kind of database calls equal.
  [[nodiscard]] virtual LayoutDiff diff(const DatabaseDescription& from,
                                        const DatabaseDescription& to,
                                        const std::vector<Rename>& renames) const = 0;
  // A difference as a script for this database, for migration.sql. Empty for none.
  [[nodiscard]] virtual std::string render(const LayoutDiff& diff) const = 0;
  [[nodiscard]] virtual ScriptFacts read_script(std::string_view script) const = 0;
  // Column that says where a row is, for statements that change some rows only. Empty: an UPDATE has a
  // LIMIT.
  [[nodiscard]] virtual std::string_view row_locator() const = 0;
  [[nodiscard]] virtual std::vector<TableCost> find_costs(const LayoutDiff& diff,
                                                          const ScriptFacts& facts) const = 0;

  // Whether anything at all is there, views and the tables of others included.
  [[nodiscard]] virtual result<bool> is_empty() = 0;
  // Everything that is there but the tables of tools, rows apart, as a script that makes it again:
  // also what a layout doesn't describe (views, triggers, checks).
  [[nodiscard]] virtual result<std::string> dump_layout() = 0;

  // In the order of their start; nullopt without the table.
  [[nodiscard]] virtual result<std::optional<std::vector<MigrationRecord>>> history() = 0;

  // Runs the script and records it as applied, both or neither where the database can. What fails
  // leaves a record: rolled_back if nothing of it remained, else failed.
  virtual result<void> apply(const MigrationScript& script) = 0;
  // Runs `down` and takes back the record of that migration, both or neither.
  virtual result<void> revert(const MigrationRecord& record, const std::string& down) = 0;
  // Only the record: somebody applied it by hand, or the layout had it before.
  virtual result<void> mark_applied(const MigrationScript& script) = 0;
  virtual result<void> mark_rolled_back(const MigrationRecord& record) = 0;
  // Runs a script without recording it.
  virtual result<void> run(const std::string& script) = 0;

  // What the difference would destroy or fail at, counted in the rows that are there now. Tables
  // and columns that aren't there yet have none.
  [[nodiscard]] virtual result<std::vector<Loss>> find_losses(const LayoutDiff& diff) = 0;
  // 0 for a table that isn't there.
  [[nodiscard]] virtual result<int64_t> count_rows(const std::string& table) = 0;

  // Waits at most so long for other processes that migrate (lock_not_available).
  [[nodiscard]] virtual result<std::unique_ptr<MigrationLock>> lock(std::chrono::seconds wait) = 0;
  // An empty database of the same kind, gone with the object. permission_denied where the
  // database's user may make none.
  [[nodiscard]] virtual result<std::unique_ptr<MigrationTarget>> shadow() = 0;
};

}  // namespace trivet::store::sql
