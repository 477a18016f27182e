#include "app/migrate/replay.h"

#include <fmt/format.h>

namespace trivet::app {

using store::sql::LayoutDiff;

namespace {

Error with_name(Error error, const std::string& name) {
  error.message =
      fmt::format("migration {} doesn't run on an empty database: {}", name, error.message);
  return error;
}

}  // namespace

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
  if (auto ran = run(migration.sql); !ran)
    return std::unexpected(with_name(std::move(ran).error(), migration.name));
  return shadow_->diff(before, layout_, shadow_->read_script(migration.sql).renames);
}

result<void> Replay::apply_all(const std::vector<const MigrationFile*>& migrations) {
  for (const MigrationFile* migration : migrations)
    if (auto ran = shadow_->run(migration->sql); !ran)
      return std::unexpected(with_name(std::move(ran).error(), migration->name));
  TRIVET_TRY(layout_, shadow_->describe());
  return {};
}

}  // namespace trivet::app
