#include "app/migrate/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace trivet::app {

using store::sql::MigrationRecord;
using store::sql::MigrationState;

std::vector<const MigrationFile*> MigrationsState::applied_files() const {
  std::vector<const MigrationFile*> found;
  for (const size_t i : applied) found.push_back(&files[i]);
  return found;
}

const MigrationRecord* MigrationsState::record_of(const std::string& name) const {
  const auto newest_first = std::views::reverse(records);
  const auto found = std::ranges::find_if(newest_first, [&](const MigrationRecord& record) {
    return record.name == name && record.state != MigrationState::rolled_back;
  });
  return found == newest_first.end() ? nullptr : &*found;
}

result<MigrationsState> read_state(MigrationProject& project) {
  MigrationsState state;
  TRIVET_TRY(state.files, read_migrations(project.folder, project.target->provider()));
  TRIVET_TRY(state.is_empty, project.target->is_empty());
  TRIVET_TRY(auto records, project.target->history());
  state.has_history = records.has_value();
  if (records) state.records = *std::move(records);
  for (size_t i = 0; i < state.files.size(); ++i) {
    const MigrationFile& file = state.files[i];
    const MigrationRecord* record = state.record_of(file.name);
    if (record == nullptr) {
      state.pending.push_back(i);
    } else if (record->state == MigrationState::applied) {
      state.applied.push_back(i);
      if (!file.matches(record->checksum)) state.edited.push_back(file.name);
    }
  }
  for (const MigrationRecord& record : state.records) {
    if (record.state == MigrationState::failed) state.failed.push_back(record);
    if (record.state == MigrationState::applied &&
        std::ranges::find(state.files, record.name, &MigrationFile::name) == state.files.end())
      state.missing.push_back(record.name);
  }
  return state;
}

result<void> require_none_failed(const MigrationsState& state) {
  if (state.failed.empty()) return {};
  const MigrationRecord& failed = state.failed.front();
  const std::string why =
      failed.logs.empty() ? "it was begun and not finished: the process ended" : failed.logs;
  return fail(
      ErrorCode::bad_config,
      fmt::format("migration {} failed, and nothing is applied until that is resolved",
                  failed.name),
      why,
      fmt::format("look at what it left, then: `trivet migrate resolve --rolled-back {0}` if "
                  "nothing of it is there (it will be applied again), or `trivet migrate "
                  "resolve --applied {0}` once all of it is",
                  failed.name));
}

result<void> require_history(const MigrationProject& project, const MigrationsState& state) {
  if (!state.needs_baseline()) return {};
  if (state.files.empty())
    return fail(ErrorCode::bad_config,
                fmt::format("the database {} has tables and no history of migrations: `db push` or "
                            "somebody else made it",
                            project.target->place()),
                {},
                "take it over once: `trivet migrate dev --baseline` writes its layout as the first "
                "migration and records that as applied; no row is touched");
  return fail(
      ErrorCode::bad_config,
      fmt::format("the database {} has tables and no history of migrations, but the folder has {}",
                  project.target->place(), state.files.size()),
      {},
      fmt::format("if its layout is that after {0}: `trivet migrate resolve --applied {0}`, and so "
                  "for each that it has; `trivet migrate diff --from migrations --to database` "
                  "compares them",
                  state.files.front().name));
}

}  // namespace trivet::app
