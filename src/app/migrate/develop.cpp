#include "app/migrate/develop.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/migrate/status.h"

namespace trivet::app {
namespace {

namespace sql = store::sql;

result<void> require_unchanged(const MigrationsState& state) {
  if (!state.edited.empty())
    return fail(ErrorCode::bad_config,
                fmt::format("migration {} was changed after it was applied", state.edited.front()),
                {},
                "bring back the file as it was applied, and put the change into a new migration");
  if (!state.missing.empty())
    return fail(ErrorCode::bad_config,
                fmt::format("migration {} was applied to the database, but is not in the folder",
                            state.missing.front()),
                {}, "bring it back from version control, or develop on a database of your own");
  return {};
}

result<void> require_no_drift(MigrationProject& project, const PendingMigrations& pending) {
  TRIVET_TRY(const std::vector<std::string> drift, find_drift(project, pending.applied_layout));
  if (drift.empty()) return {};
  return fail(
      ErrorCode::bad_config,
      fmt::format("{} is not what its migrations make (drift): it was changed by other means",
                  project.target->place()),
      fmt::format("since the last migration: {}", fmt::join(drift, "; ")),
      "undo that, or keep it as a migration: `trivet migrate diff --from migrations --to "
      "database --sql` into a new folder's migration.sql, then `trivet migrate resolve "
      "--applied NAME`; a database without data worth keeping can be deleted and made anew");
}

// A migration that was written beside others and came later is applied after them here, and before
// them on a new database: that must come to the same.
result<void> require_same_in_order(MigrationProject& project, const DevelopStart& start) {
  const MigrationsState& state = start.state;
  if (state.pending.empty() || state.applied.empty() ||
      state.pending.front() > state.applied.back())
    return {};
  const std::string& name = state.files[state.pending.front()].name;
  constexpr const char* hint =
      "give its folder a name that comes last: it was not applied here yet";
  TRIVET_TRY(Replay replay, Replay::begin(*project.target));
  std::vector<const MigrationFile*> files;
  for (const MigrationFile& file : state.files) files.push_back(&file);
  if (const auto ran = replay.apply_all(files); !ran)
    return fail(ErrorCode::bad_config,
                fmt::format("{} comes before migrations that are applied already, and they can't "
                            "run in that order on a new database",
                            name),
                ran.error().message, hint);
  const sql::LayoutDiff rest = project.target->diff(start.layout, replay.layout(), {});
  if (rest.empty()) return {};
  return fail(ErrorCode::bad_config,
              fmt::format("{} comes before migrations that are applied already, and on a new "
                          "database that order would make a difference",
                          name),
              fmt::format("{}", fmt::join(sql::summarize(rest), "; ")), hint);
}

// A comment can't hold its own end.
std::string for_comment(std::string text) {
  for (size_t at = text.find("*/"); at != text.npos; at = text.find("*/", at))
    text.replace(at, 2, "* /");
  return text;
}

std::string render_up(const MigrationProject& project, const SchemaChange& change,
                      const Accepted& accepted) {
  std::string header;
  for (const Danger& danger : change.dangers)
    if (danger.kind == DangerKind::breaks_running)
      header += fmt::format("  - {}\n", for_comment(danger.text));
  if (!header.empty()) header = fmt::format("/*\n  Warnings:\n\n{}\n*/\n", header);
  std::string marks;
  if (accepted.data_loss) marks += "data-loss";
  if (accepted.breaking) marks += marks.empty() ? "breaking" : ", breaking";
  if (!marks.empty()) header += fmt::format("-- trivet: accept {}\n", marks);
  const std::string script = project.target->render(change.diff);
  return header + (script.empty() ? "-- This is an empty migration.\n" : script);
}

bool drops_data(const sql::LayoutDiff& diff) {
  return std::ranges::any_of(diff.changes, [](const sql::TableChange& change) {
    if (change.kind == sql::TableChange::Kind::drop) return true;
    return change.from != nullptr &&
           std::ranges::any_of(change.from->columns, [&](const store::ColumnDescription& column) {
             return change.to->find_column(column.name) == nullptr;
           });
  });
}

// A required column without a default can't be brought back into a table with rows.
std::string unfillable_column(const sql::LayoutDiff& back) {
  for (const sql::TableChange& change : back.changes) {
    if (change.from == nullptr) continue;
    for (const store::ColumnDescription& column : change.added_columns)
      if (column.required && column.default_sql.empty() && !column.autoincrement)
        return fmt::format("\"{}\".\"{}\"", change.to->name, column.name);
  }
  return {};
}

// down.sql, if running it after migration.sql leads back to where that began.
result<std::string> render_down(MigrationProject& project, const DevelopStart& start,
                                const SchemaChange& change, const std::string& up) {
  const sql::LayoutDiff back = sql::reverse(change.diff);
  if (const std::string column = unfillable_column(back); !column.empty())
    return fail(ErrorCode::would_lose_data,
                fmt::format("{} was required, and has no value to come back with", column));
  std::string down = project.target->render(back);
  if (drops_data(change.diff))
    down = "-- Brings back the layout. The data that migration.sql drops stays lost.\n" + down;
  TRIVET_TRY(Replay replay, Replay::begin(*project.target));
  std::vector<const MigrationFile*> files;
  for (const MigrationFile& file : start.state.files) files.push_back(&file);
  TRIVET_CHECK(replay.apply_all(files));
  TRIVET_CHECK(replay.run(up));
  TRIVET_CHECK(replay.run(down));
  const sql::LayoutDiff rest = project.target->diff(start.layout, replay.layout(), {});
  if (!rest.empty())
    return fail(ErrorCode::internal, fmt::format("the way back would leave a difference: {}",
                                                 fmt::join(sql::summarize(rest), "; ")));
  return down;
}

// "add column "A"."b"" → words of a name; the first two changes, without what follows from them.
std::string words_for(const sql::LayoutDiff& diff) {
  std::vector<std::string> words;
  for (const std::string& line : sql::summarize(diff))
    if (words.size() < 2 && line.find("index ") == line.npos && !line.starts_with("rebuild"))
      words.push_back(line);
  if (words.empty() && !diff.empty()) words.push_back("change indexes");
  return words.empty() ? "empty" : fmt::format("{}", fmt::join(words, " "));
}

result<void> require_applicable(const SchemaChange& change, const Accepted& accepted) {
  std::string impossible;
  std::string refused;
  for (const Danger& danger : change.dangers)
    if (danger.kind == DangerKind::fails)
      impossible += (impossible.empty() ? "" : "\n  ") + danger.text;
  if (!impossible.empty())
    return fail(ErrorCode::would_lose_data, "the rows that are there don't fit the new schema",
                impossible,
                "change the rows first; or write the migration with --create-only and put what "
                "mends them into it");
  for (const Danger& danger : refused_dangers(change.dangers, {accepted.data_loss, true}))
    refused += (refused.empty() ? "" : "\n  ") + danger.text;
  if (refused.empty()) return {};
  return fail(ErrorCode::would_lose_data, "the migration would lose data", refused,
              "--accept-data-loss does it all the same");
}

}  // namespace

result<DevelopStart> begin_develop(MigrationProject& project, const DeployOptions& options) {
  DevelopStart start;
  TRIVET_TRY(start.lock, project.target->lock(options.wait));
  TRIVET_TRY(start.state, read_state(project));
  TRIVET_CHECK(require_none_failed(start.state));
  TRIVET_CHECK(require_history(project, start.state));
  TRIVET_CHECK(require_unchanged(start.state));
  TRIVET_TRY(PendingMigrations pending, examine_pending(project, start.state));
  if (!pending.unknown.empty()) return fail(ErrorCode::bad_config, pending.unknown);
  TRIVET_CHECK(require_no_drift(project, pending));
  start.layout = std::move(pending.end_layout);
  TRIVET_CHECK(require_same_in_order(project, start));
  start.pending.links = std::move(pending.links);
  DeployOptions local = options;
  local.accepted.breaking = true;
  apply_links(project, local, start.pending);
  if (start.pending.error) return std::unexpected(*start.pending.error);
  return start;
}

result<std::string> take_baseline(MigrationProject& project, std::chrono::seconds wait) {
  TRIVET_TRY(const auto lock, project.target->lock(wait));
  TRIVET_TRY(const MigrationsState state, read_state(project));
  if (!state.needs_baseline())
    return fail(ErrorCode::bad_config,
                state.has_history ? "the database has a history of migrations already"
                                  : "the database is empty: there is nothing to take over",
                {}, "leave --baseline away");
  if (!state.files.empty()) TRIVET_CHECK(require_history(project, state));
  TRIVET_TRY(const std::string script, project.target->dump_layout());
  // Prisma's name for it; it comes before every timestamp.
  const MigrationFile file{.name = "0_init", .sql = script, .down = {}};
  TRIVET_TRY(Replay replay, Replay::begin(*project.target));
  TRIVET_CHECK(replay.apply(file));
  TRIVET_CHECK(write_migration(project.folder, project.target->provider(), file));
  TRIVET_CHECK(project.target->mark_applied({file.name, file.checksum(), {}}));
  return file.name;
}

result<SchemaChange> plan_change(MigrationProject& project, const DevelopStart& start,
                                 const RenameChoices& choices) {
  TRIVET_TRY(const store::DatabaseDescription wanted, project.target->layout_of(*project.schema));
  TRIVET_TRY(RenamedDiff found, diff_with_renames(*project.target, {start.layout, wanted},
                                                  *project.schema, choices));
  SchemaChange change{std::move(found.diff), std::move(found.undecided), {}};
  TRIVET_TRY(change.dangers, find_dangers(*project.target, change.diff, {}));
  return change;
}

result<WrittenMigration> write_change(MigrationProject& project, const DevelopStart& start,
                                      const SchemaChange& change, const WriteOptions& options) {
  TRIVET_ASSERT(change.undecided.empty());
  if (options.apply == Apply::now) TRIVET_CHECK(require_applicable(change, options.accepted));
  WrittenMigration written;
  MigrationFile file{
      .name = new_migration_name(project.clock.now_us(),
                                 options.words.empty() ? words_for(change.diff) : options.words,
                                 start.state.files),
      .sql = render_up(project, change, options.accepted),
      .down = {}};
  written.name = file.name;
  if (!change.diff.empty()) {
    auto down = render_down(project, start, change, file.sql);
    if (down)
      file.down = *std::move(down);
    else
      written.not_reversible = down.error().message;
  }
  TRIVET_CHECK(write_migration(project.folder, project.target->provider(), file));
  if (options.apply == Apply::later) return written;
  const auto applied = project.target->apply({file.name, file.checksum(), file.sql});
  if (applied) return written;
  TRIVET_CHECK(remove_migration(project.folder, file.name));
  Error error = applied.error();
  error.message = "the migration can't be applied, and was not kept: " + error.message;
  return std::unexpected(std::move(error));
}

}  // namespace trivet::app
