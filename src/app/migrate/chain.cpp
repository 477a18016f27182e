#include "app/migrate/chain.h"

namespace trivet::app {

namespace sql = store::sql;

namespace {

// What can be told without layouts.
result<void> read_only_scripts(MigrationProject& project, const MigrationsState& state,
                               PendingMigrations& pending) {
  const auto nothing = std::make_shared<const store::DatabaseDescription>();
  for (const size_t i : state.pending) {
    const MigrationFile& file = state.files[i];
    ChainLink link{file.name, file.sql, {{}, nothing, nothing, {}}, project.target->read_script(file.sql), {}};
    TRIVET_TRY(link.dangers, find_dangers(*project.target, link.diff, link.facts));
    pending.links.push_back(std::move(link));
  }
  return {};
}

// Nothing is there that could be in danger: it is enough, and quicker, to try the scripts out.
result<void> try_on_empty(MigrationProject& project, const MigrationsState& state, Replay& replay,
                          PendingMigrations& pending) {
  const auto nothing = std::make_shared<const store::DatabaseDescription>();
  std::vector<const MigrationFile*> files;
  for (const size_t i : state.pending) {
    const MigrationFile& file = state.files[i];
    files.push_back(&file);
    pending.links.push_back(
        {file.name, file.sql, {{}, nothing, nothing, {}}, project.target->read_script(file.sql), {}});
  }
  TRIVET_CHECK(replay.apply_all(files));
  pending.end_layout = replay.layout();
  return {};
}

}  // namespace

result<void> Chain::add(const std::string& name, const std::string& script) {
  ChainLink link{name, script, {}, target_.read_script(script), {}};
  TRIVET_TRY(link.diff, replay_.apply({.name = name, .sql = script, .down = {}}));
  TRIVET_TRY(link.dangers, find_dangers(target_, link.diff, link.facts, renames_));
  renames_.insert(renames_.end(), link.diff.renames.begin(), link.diff.renames.end());
  links_.push_back(std::move(link));
  return {};
}

result<PendingMigrations> examine_pending(MigrationProject& project, const MigrationsState& state) {
  PendingMigrations pending;
  auto begun = Replay::begin(*project.target);
  if (!begun && begun.error().code == ErrorCode::permission_denied) {
    pending.unknown = begun.error().message + ": " + begun.error().hint;
    TRIVET_CHECK(read_only_scripts(project, state, pending));
    return pending;
  }
  TRIVET_TRY(Replay replay, std::move(begun));
  result<void> tried = replay.apply_all(state.applied_files());
  pending.applied_layout = replay.layout();
  // An incomplete history says nothing about what comes after it.
  const bool is_whole = state.missing.empty() && state.edited.empty();
  if (tried && is_whole && state.is_empty) {
    TRIVET_CHECK(try_on_empty(project, state, replay, pending));
    return pending;
  }
  if (tried) {
    Chain chain(*project.target, replay);
    for (const size_t i : state.pending) {
      tried = chain.add(state.files[i].name, state.files[i].sql);
      if (tried) continue;
      if (is_whole) return std::unexpected(std::move(tried).error());
      break;
    }
    pending.links = chain.take();
  }
  pending.end_layout = replay.layout();
  if (tried) return pending;
  pending.unknown = tried.error().message;
  pending.links.clear();
  TRIVET_CHECK(read_only_scripts(project, state, pending));
  return pending;
}

}  // namespace trivet::app
