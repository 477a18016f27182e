// What the migrate commands share: opening the project, and telling of dangers, as text and as
// JSON. Blocking.
#pragma once

#include <string>
#include <vector>

#include "app/migrate/deploy.h"
#include "app/migrate/project.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {

[[nodiscard]] result<std::unique_ptr<app::MigrationProject>> open_project(const Common& common);

// Calls `use(project)` for its exit code; what can't be opened is reported instead.
template <class Use>
int with_migrations(const Common& common, Use use) {
  const auto project = open_project(common);
  if (!project) return report(project.error());
  return use(**project);
}

[[nodiscard]] std::string json_texts(const std::vector<std::string>& texts);
[[nodiscard]] std::string json_dangers(const std::vector<app::Danger>& dangers);
// [{"name":…,"changes":[…],"dangers":[…]}]
[[nodiscard]] std::string json_links(const std::vector<app::ChainLink>& links);

// On standard error: each danger with the safe way beneath.
void print_dangers(const std::vector<app::Danger>& dangers, const std::string& indent = "  ");
// Only what concerns rows that are there.
void print_links(const std::vector<app::ChainLink>& links);

// {"<word>":[names],"migrations":[…],"warnings":[…]} or a line each, and the error.
int print_report(const Common& common, const app::DeployReport& report, const std::string& word);

[[nodiscard]] app::DeployOptions deploy_options(Switch data_loss, Switch breaking, uint32_t wait);

}  // namespace trivet::cli
