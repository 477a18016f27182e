#include "app/migrate/replay.h"

#include <fmt/format.h>

namespace trivet::app {

using store::sql::LayoutDiff;

result<Replay> Replay::begin(store::sql::MigrationTarget& target) {
  TRIVET_TRY(auto shadow, target.shadow());
  return Replay(std::move(shadow));
}

result<void> Replay::run(const std::string& script) {
  TRIVET_CHECK(shadow_->run(script));
  TRIVET_TRY(layout_, shadow_->describe());
  return {};
}

result<LayoutDiff> Replay::apply(const MigrationFile& migration) {
  const store::DatabaseDescription before = layout_;
  if (auto ran = run(migration.sql); !ran) {
    Error error = std::move(ran).error();
    error.message = fmt::format("migration {} doesn't run on an empty database: {}", migration.name,
                                error.message);
    return std::unexpected(std::move(error));
  }
  return store::sql::diff_layouts(before, layout_, store::sql::read_script(migration.sql).renames);
}

result<void> Replay::apply_all(const std::vector<const MigrationFile*>& migrations) {
  for (const MigrationFile* migration : migrations) {
    TRIVET_TRY(const LayoutDiff diff, apply(*migration));
    (void)diff;
  }
  return {};
}

}  // namespace trivet::app
