// migrate deploy, rollback and resolve.
#include <fmt/format.h>

#include "app/migrate/deploy.h"
#include "cli/migrate/common.h"

namespace trivet::cli {

int run(const MigrateDeployArguments& arguments) {
  return with_migrations(arguments.common, [&](app::MigrationProject& project) {
    const auto deployed = app::deploy(
        project,
        deploy_options(arguments.accept_data_loss, arguments.accept_breaking, arguments.wait));
    if (!deployed) return report(deployed.error());
    const int code = print_report(arguments.common, *deployed, "applied");
    if (code == exit_ok && deployed->done.empty() && arguments.common.output == Output::text)
      print("nothing is pending\n");
    return code;
  });
}

int run(const MigrateRollbackArguments& arguments) {
  return with_migrations(arguments.common, [&](app::MigrationProject& project) {
    const auto done = app::roll_back(
        project, deploy_options(arguments.accept_data_loss, Switch::on, arguments.wait),
        arguments.to);
    if (!done) return report(done.error());
    const int code = print_report(arguments.common, *done, "rolled_back");
    if (code == exit_ok && arguments.common.output == Output::text)
      print_note(
          "the schema and the folder still have it: `trivet migrate deploy` applies it again\n");
    return code;
  });
}

int run(const MigrateResolveArguments& arguments) {
  if (arguments.applied.empty() && arguments.rolled_back.empty()) {
    report("say what became of the migration: --applied NAME or --rolled-back NAME");
    return exit_usage;
  }
  return with_migrations(arguments.common, [&](app::MigrationProject& project) {
    const std::chrono::seconds wait(arguments.wait);
    const bool is_applied = !arguments.applied.empty();
    const std::string& name = is_applied ? arguments.applied : arguments.rolled_back;
    const auto done = is_applied ? app::resolve_applied(project, name, wait)
                                 : app::resolve_rolled_back(project, name, wait);
    if (!done) return report(done.error());
    const std::string_view state = is_applied ? "applied" : "rolled back";
    print(arguments.common.output == Output::json
              ? fmt::format("{{\"name\":{},\"state\":{}}}\n", json_text(name), json_text(state))
              : fmt::format("{} is recorded as {}\n", name, state));
    return exit_ok;
  });
}

}  // namespace trivet::cli
