// Migrations tried out, one after the other, in an empty database: what each does to the layout,
// and whether it runs at all. Blocking.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/migrate/folder.h"
#include "base/error.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::app {

class Replay {
 public:
  [[nodiscard]] static result<Replay> begin(store::sql::MigrationTarget& target);

  // Runs it. The difference that it makes, with the renames that its script says. An error names
  // the migration.
  result<store::sql::LayoutDiff> apply(const MigrationFile& migration);
  result<void> apply_all(const std::vector<const MigrationFile*>& migrations);
  // Any script: a down.sql, say.
  result<void> run(const std::string& script);
  [[nodiscard]] const store::DatabaseDescription& layout() const { return layout_; }

 private:
  explicit Replay(std::unique_ptr<store::sql::MigrationTarget> shadow)
      : shadow_(std::move(shadow)) {}

  std::unique_ptr<store::sql::MigrationTarget> shadow_;
  store::DatabaseDescription layout_;
};

}  // namespace trivet::app
