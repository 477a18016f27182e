// Scripts that are to run one after the other on a database, each with what it would do: to the
// layout, as tried out in an empty database, and to the rows that are there. Blocking; values.
#pragma once

#include <string>
#include <vector>

#include "app/migrate/danger.h"
#include "app/migrate/folder.h"
#include "app/migrate/project.h"
#include "app/migrate/replay.h"
#include "app/migrate/state.h"
#include "base/error.h"

namespace trivet::app {

struct ChainLink {
  std::string name;  // of the migration
  std::string script;
  store::sql::LayoutDiff diff;  // none where the database is empty: nothing is in danger there
  store::sql::ScriptFacts facts;
  std::vector<Danger> dangers;
};

// Adds links to a chain that begins at the database's layout of now.
class Chain {
 public:
  Chain(store::sql::MigrationTarget& target, Replay& replay) : target_(target), replay_(replay) {}

  // Tries the script out. Names that earlier links gave are traced back to those of now.
  result<void> add(const std::string& name, const std::string& script);
  [[nodiscard]] std::vector<ChainLink> take() { return std::move(links_); }

 private:
  store::sql::MigrationTarget& target_;
  Replay& replay_;
  std::vector<ChainLink> links_;
  std::vector<store::sql::Rename> renames_;
};

struct PendingMigrations {
  std::vector<ChainLink> links;
  store::DatabaseDescription applied_layout;  // after the applied migrations
  store::DatabaseDescription end_layout;      // after the pending ones too
  // Why the applied ones can't be tried out: then the links tell only what their scripts say.
  std::string unknown;
};
// Fails if a pending migration doesn't run, as it would on the database.
[[nodiscard]] result<PendingMigrations> examine_pending(MigrationProject& project,
                                                        const MigrationsState& state);

}  // namespace trivet::app
