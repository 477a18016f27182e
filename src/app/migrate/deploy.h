// Applies what is pending, takes back what was applied, and mends the records. Blocking.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/migrate/chain.h"
#include "app/migrate/danger.h"
#include "app/migrate/project.h"

namespace trivet::app {

struct DeployOptions {
  Accepted accepted;  // besides what the scripts' marks accept
  std::chrono::seconds wait{60};
};

struct DeployReport {
  std::vector<ChainLink> links;       // what was to be done
  std::vector<std::string> done;      // names, as far as it went
  std::vector<std::string> warnings;  // sentences
  std::optional<Error> error;         // why it went no further
};

// Only what is pending. Other processes that deploy wait for each other.
[[nodiscard]] result<DeployReport> deploy(MigrationProject& project, const DeployOptions& options);

// Under a lock that is held already. Refuses the whole if a link has a danger that nobody accepted;
// stops at the first that fails.
void apply_links(MigrationProject& project, const DeployOptions& options, DeployReport& report);

// Runs the down.sql of the last migration, or of all after `to`. Breaking is no reason to refuse.
[[nodiscard]] result<DeployReport> roll_back(MigrationProject& project,
                                             const DeployOptions& options, const std::string& to);

// Records alone, as Prisma's `migrate resolve`.
result<void> resolve_applied(MigrationProject& project, const std::string& name,
                             std::chrono::seconds wait);
result<void> resolve_rolled_back(MigrationProject& project, const std::string& name,
                                 std::chrono::seconds wait);

}  // namespace trivet::app
