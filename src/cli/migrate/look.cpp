// migrate diff and status.
#include <fmt/format.h>

#include <fstream>

#include "app/migrate/compare.h"
#include "app/migrate/status.h"
#include "cli/migrate/common.h"

namespace trivet::cli {
namespace {

int write_out(const std::string& file, const std::string& text) {
  if (file == "-") {
    print(text);
    return exit_ok;
  }
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  if (!(stream << text).flush()) return report(file + ": can't be written");
  return exit_ok;
}

std::string as_text(const MigrateDiffArguments& arguments, const app::MigrationProject& project,
                    const app::Comparison& comparison) {
  const std::vector<std::string> changes = store::sql::summarize(comparison.diff);
  const std::string sql = project.target->render(comparison.diff);
  if (arguments.common.output == Output::json) {
    std::vector<std::string> undecided;
    for (const store::sql::Rename& rename : comparison.undecided)
      undecided.push_back(app::written(rename));
    return fmt::format("{{\"changes\":{},\"dangers\":{},\"undecided\":{},\"sql\":{}}}\n",
                       json_texts(changes), json_dangers(comparison.dangers), json_texts(undecided),
                       json_text(sql));
  }
  if (arguments.sql == Switch::on) return sql;
  if (changes.empty()) return "no difference\n";
  return fmt::format("{}\n", fmt::join(changes, "\n"));
}

int print_comparison(const MigrateDiffArguments& arguments, const app::MigrationProject& project,
                     const app::Comparison& comparison) {
  if (arguments.common.output == Output::text) {
    print_dangers(comparison.dangers, "");
    for (const store::sql::Rename& rename : comparison.undecided)
      print_note(fmt::format("taken for a drop; if it has a new name: --rename {}\n",
                             app::written(rename)));
  }
  const int code = write_out(arguments.file, as_text(arguments, project, comparison));
  if (code != exit_ok) return code;
  // Prisma's codes for this flag.
  const bool differs = arguments.exit_code == Switch::on && !comparison.diff.empty();
  return differs ? 2 : exit_ok;
}

std::string as_json(const app::MigrationsStatus& status) {
  const app::MigrationsState& state = status.state;
  std::vector<std::string> applied;
  for (const app::MigrationFile* file : state.applied_files()) applied.push_back(file->name);
  std::vector<std::string> failed;
  for (const store::sql::MigrationRecord& record : state.failed)
    failed.push_back(
        fmt::format("{{\"name\":{},\"logs\":{}}}", json_text(record.name), json_text(record.logs)));
  return fmt::format(
      "{{\"ok\":{},\"applied\":{},\"pending\":{},\"failed\":[{}],\"edited\":{},\"missing\":{},"
      "\"drift\":{},\"unmigrated\":{},\"needs_baseline\":{},\"unknown\":{}}}\n",
      status.is_good(), json_texts(applied), json_links(status.pending), fmt::join(failed, ","),
      json_texts(state.edited), json_texts(state.missing), json_texts(status.drift),
      json_texts(status.unmigrated), state.needs_baseline(),
      status.unknown.empty() ? "null" : json_text(status.unknown));
}

void print_list(std::string_view heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  print(fmt::format("{}:\n", heading));
  for (const std::string& line : lines) print(fmt::format("  {}\n", line));
}

void print_status(const app::MigrationProject& project, const app::MigrationsStatus& status) {
  const app::MigrationsState& state = status.state;
  print(fmt::format("{}: {} of {} migrations applied\n", project.target->place(),
                    state.applied.size(), state.files.size()));
  std::vector<std::string> pending;
  for (const size_t i : state.pending) pending.push_back(state.files[i].name);
  print_list("pending (`trivet migrate deploy` applies them)", pending);
  print_list("changed after they were applied", state.edited);
  print_list("applied, but not in the folder", state.missing);
  print_list("drift: the database was changed by other means", status.drift);
  print_list("in the schema, but in no migration (`trivet migrate dev` writes one)",
             status.unmigrated);
  if (!status.unknown.empty()) print(fmt::format("can't be compared: {}\n", status.unknown));
  print_links(status.pending);
}

}  // namespace

int run(const MigrateDiffArguments& arguments) {
  return with_migrations(arguments.common, [&](app::MigrationProject& project) {
    const auto comparison = app::compare_sides(project, arguments.from, arguments.to,
                                               {arguments.renames, arguments.drops});
    if (!comparison) return report(comparison.error());
    return print_comparison(arguments, project, *comparison);
  });
}

int run(const MigrateStatusArguments& arguments) {
  return with_migrations(arguments.common, [&](app::MigrationProject& project) {
    const auto status = app::read_status(project);
    if (!status) return report(status.error());
    if (arguments.common.output == Output::json) {
      print(as_json(*status));
      return status->is_good() ? exit_ok : exit_failure;
    }
    print_status(project, *status);
    if (const auto fine = app::require_none_failed(status->state); !fine)
      return report(fine.error());
    if (const auto fine = app::require_history(project, status->state); !fine)
      return report(fine.error());
    return status->is_good() ? exit_ok : exit_failure;
  });
}

}  // namespace trivet::cli
