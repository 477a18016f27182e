#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "app/check.h"
#include "app/drivers/driver.h"
#include "app/migrate/project.h"
#include "app/project.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

using store::Migration;

template <class Items, class Member>
std::string json_list(const Items& items, Member member) {
  std::vector<std::string> quoted;
  for (const auto& item : items) quoted.push_back(json_text(std::invoke(member, item)));
  return fmt::format("[{}]", fmt::join(quoted, ","));
}

std::string as_json(const Migration& migration, bool applied) {
  return fmt::format("{{\"in_sync\":{},\"applied\":{},\"changes\":{},\"losses\":{}}}\n",
                     migration.empty() || applied, applied,
                     json_list(migration.steps, &store::MigrationStep::title),
                     json_list(migration.losses, &store::Loss::text));
}

void print_losses(const Migration& migration) {
  if (migration.losses.empty()) return;
  print_note("what stands in the way:\n");
  for (const store::Loss& loss : migration.losses) print_note(fmt::format("  {}\n", loss.text));
}

void print_changes(const Migration& migration, const std::string& path) {
  if (migration.empty()) return print(fmt::format("{} is what the schema says\n", path));
  for (const store::MigrationStep& step : migration.steps) print(step.title + '\n');
}

int dry_run(const DbPushArguments& arguments, const Migration& migration, const std::string& path) {
  if (arguments.common.output == Output::json) {
    print(as_json(migration, false));
    return exit_ok;
  }
  print_changes(migration, path);
  print_losses(migration);
  for (const store::MigrationStep& step : migration.steps)
    for (const std::string& sql : step.sql) print(fmt::format("{};\n", sql));
  return exit_ok;
}

int refuse(const DbPushArguments& arguments, const Migration& migration) {
  if (arguments.common.output == Output::json) print(as_json(migration, false));
  print_losses(migration);
  if (std::ranges::any_of(migration.losses, &store::Loss::is_impossible))
    return report("nothing was changed: the data doesn't fit the new schema and must change first");
  return report(
      "nothing was changed, because data would be lost; --accept-data-loss does it all the same");
}

int apply(const DbPushArguments& arguments, app::Driver& driver, const Migration& migration) {
  const bool accept = arguments.accept_data_loss == Switch::on;
  if (!migration.losses.empty() &&
      (!accept || std::ranges::any_of(migration.losses, &store::Loss::is_impossible)))
    return refuse(arguments, migration);
  const auto applied =
      driver.apply(migration, accept ? app::DataLoss::accept : app::DataLoss::refuse);
  if (!applied) return report(applied.error());
  if (arguments.common.output == Output::json)
    print(as_json(migration, true));
  else
    print_changes(migration, driver.place());
  return exit_ok;
}

}  // namespace

int run(const DbPushArguments& arguments) {
  const auto environment = app::process_environment();
  const auto loaded =
      app::load_config({arguments.common.folder, environment, arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  schema::CheckResult check = app::load_project_schema(loaded->config);
  app::check_servable(check);
  const auto schema = app::require_schema(check);
  if (!schema) return report(schema.error());
  const auto driver = app::find_driver(loaded->config, **schema, environment);
  if (!driver) return report(driver.error());
  const auto migration = (*driver)->plan(**schema, app::Extras::drop);
  if (!migration) return report(migration.error());
  if (!migration->empty() && app::has_migrations(**schema))
    print_note(
        "note: this project has migrations, and what db push does is in none of them (drift); "
        "`trivet migrate dev` makes one\n");
  return arguments.dry_run == Switch::on ? dry_run(arguments, *migration, (*driver)->place())
                                         : apply(arguments, **driver, *migration);
}

}  // namespace trivet::cli
