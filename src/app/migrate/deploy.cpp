#include "app/migrate/deploy.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/migrate/state.h"

namespace trivet::app {
namespace {

namespace sql = store::sql;

Accepted accepted_for(const ChainLink& link, const Accepted& given) {
  return {given.data_loss || link.facts.accepts_data_loss,
          given.breaking || link.facts.accepts_breaking};
}

std::optional<Error> find_refusal(const std::vector<ChainLink>& links, const Accepted& accepted) {
  std::string details;
  bool data_loss = false;
  bool breaking = false;
  for (const ChainLink& link : links)
    for (const Danger& danger : refused_dangers(link.dangers, accepted_for(link, accepted))) {
      details += fmt::format("{}{}: {}", details.empty() ? "" : "\n  ", link.name, danger.text);
      data_loss = data_loss || danger.kind == DangerKind::loses_data;
      breaking = breaking || danger.kind == DangerKind::breaks_running;
    }
  if (details.empty()) return std::nullopt;
  return Error(ErrorCode::would_lose_data, "nothing was changed, because this is dangerous",
               details,
               fmt::format("if it is meant, say so in its migration.sql, on a line of its own: "
                           "`-- trivet: accept {0}{1}{2}`; or for this once: {3}{4}{5}",
                           data_loss ? "data-loss" : "", data_loss && breaking ? ", " : "",
                           breaking ? "breaking" : "", data_loss ? "--accept-data-loss" : "",
                           data_loss && breaking ? " " : "", breaking ? "--accept-breaking" : ""));
}

void warn_of_history(const MigrationsState& state, DeployReport& report) {
  for (const std::string& name : state.edited)
    report.warnings.push_back(fmt::format(
        "migration {} was changed after it was applied; the change is not applied", name));
  for (const std::string& name : state.missing)
    report.warnings.push_back(
        fmt::format("migration {} was applied to the database, but is not in the folder", name));
}

Error at(const std::string& name, Error error) {
  error.message = fmt::format("migration {} failed: {}", name, error.message);
  return error;
}

}  // namespace

void apply_links(MigrationProject& project, const DeployOptions& options, DeployReport& report) {
  report.error = find_refusal(report.links, options.accepted);
  if (report.error) return;
  for (const ChainLink& link : report.links)
    if (link.facts.manages_transactions)
      report.warnings.push_back(
          fmt::format("migration {} can't run in one transaction (BEGIN, VACUUM, CONCURRENTLY or "
                      "the like): it runs statement by statement, and may stay half done",
                      link.name));
  for (const ChainLink& link : report.links) {
    const MigrationFile file{.name = link.name, .sql = link.script, .down = {}};
    if (auto done = project.target->apply({file.name, file.checksum(), file.sql}); !done) {
      report.error = at(link.name, std::move(done).error());
      return;
    }
    report.done.push_back(link.name);
  }
}

result<DeployReport> deploy(MigrationProject& project, const DeployOptions& options) {
  DeployReport report;
  TRIVET_TRY(const auto lock, project.target->lock(options.wait));
  TRIVET_TRY(const MigrationsState state, read_state(project));
  TRIVET_CHECK(require_none_failed(state));
  TRIVET_CHECK(require_history(project, state));
  warn_of_history(state, report);
  if (state.pending.empty()) return report;
  TRIVET_TRY(PendingMigrations pending, examine_pending(project, state));
  if (!pending.unknown.empty())
    report.warnings.push_back("dangers are known in part only: " + pending.unknown);
  report.links = std::move(pending.links);
  apply_links(project, options, report);
  return report;
}

namespace {

// The migrations to take back, the last one first.
result<std::vector<const MigrationFile*>> find_tail(const MigrationsState& state,
                                                    const std::string& to) {
  std::vector<const MigrationFile*> tail = state.applied_files();
  std::ranges::reverse(tail);
  if (tail.empty()) return fail(ErrorCode::bad_config, "no migration is applied");
  if (to.empty()) {
    tail.resize(1);
  } else {
    const auto found = std::ranges::find(tail, to, &MigrationFile::name);
    if (found == tail.end())
      return fail(ErrorCode::bad_config, fmt::format("no migration {} is applied", to));
    tail.erase(found, tail.end());
  }
  for (const MigrationFile* file : tail)
    if (!file->down)
      return fail(
          ErrorCode::bad_config,
          fmt::format("migration {} has no down.sql, so it can't be rolled back", file->name), {},
          "write one beside its migration.sql, or make a new migration that undoes it");
  return tail;
}

}  // namespace

result<DeployReport> roll_back(MigrationProject& project, const DeployOptions& options,
                               const std::string& to) {
  DeployReport report;
  TRIVET_TRY(const auto lock, project.target->lock(options.wait));
  TRIVET_TRY(const MigrationsState state, read_state(project));
  TRIVET_CHECK(require_none_failed(state));
  if (!state.missing.empty())
    return fail(ErrorCode::bad_config,
                fmt::format("migration {} was applied, but is not in the folder: nothing before it "
                            "can be rolled back",
                            state.missing.back()));
  TRIVET_TRY(const auto tail, find_tail(state, to));
  TRIVET_TRY(Replay replay, Replay::begin(*project.target));
  TRIVET_CHECK(replay.apply_all(state.applied_files()));
  Chain chain(*project.target, replay);
  for (const MigrationFile* file : tail) TRIVET_CHECK(chain.add(file->name, *file->down));
  report.links = chain.take();
  DeployOptions rollback = options;
  rollback.accepted.breaking = true;
  report.error = find_refusal(report.links, rollback.accepted);
  if (report.error) {
    report.error->hint = "--accept-data-loss does it all the same";
    return report;
  }
  for (const ChainLink& link : report.links) {
    const sql::MigrationRecord* record = state.record_of(link.name);
    TRIVET_ASSERT(record != nullptr);
    if (auto done = project.target->revert(*record, link.script); !done) {
      report.error = at(link.name, std::move(done).error());
      return report;
    }
    report.done.push_back(link.name);
  }
  return report;
}

result<void> resolve_applied(MigrationProject& project, const std::string& name,
                             std::chrono::seconds wait) {
  TRIVET_TRY(const auto lock, project.target->lock(wait));
  TRIVET_TRY(const MigrationsState state, read_state(project));
  const auto file = std::ranges::find(state.files, name, &MigrationFile::name);
  if (file == state.files.end())
    return fail(ErrorCode::bad_config,
                fmt::format("there is no migration {} in {}", name, project.folder));
  const sql::MigrationRecord* record = state.record_of(name);
  if (record != nullptr && record->state == sql::MigrationState::applied)
    return fail(ErrorCode::bad_config, fmt::format("migration {} is applied already", name));
  if (record != nullptr) TRIVET_CHECK(project.target->mark_rolled_back(*record));
  return project.target->mark_applied({name, file->checksum(), {}});
}

result<void> resolve_rolled_back(MigrationProject& project, const std::string& name,
                                 std::chrono::seconds wait) {
  TRIVET_TRY(const auto lock, project.target->lock(wait));
  TRIVET_TRY(const MigrationsState state, read_state(project));
  const sql::MigrationRecord* record = state.record_of(name);
  if (record == nullptr)
    return fail(ErrorCode::bad_config,
                fmt::format("migration {} was never begun on this database", name));
  if (record->state == sql::MigrationState::applied)
    return fail(ErrorCode::bad_config,
                fmt::format("migration {} is applied and did not fail", name), {},
                "`trivet migrate rollback` takes back an applied migration");
  return project.target->mark_rolled_back(*record);
}

}  // namespace trivet::app
