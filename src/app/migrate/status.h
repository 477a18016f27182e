// How things stand: what is applied and pending, what is wrong with the history, and where layout,
// migrations and schema have come apart. Changes nothing. Blocking; values.
#pragma once

#include <string>
#include <vector>

#include "app/migrate/chain.h"
#include "app/migrate/state.h"

namespace trivet::app {

struct MigrationsStatus {
  MigrationsState state;
  std::vector<ChainLink> pending;
  std::vector<std::string> drift;  // from the layout after the applied ones to the one there is
  std::vector<std::string> unmigrated;  // from the layout after all of them to the schema's
  std::string unknown;                  // why drift can't be told; empty = it can

  [[nodiscard]] bool is_good() const {
    return state.pending.empty() && state.failed.empty() && state.edited.empty() &&
           state.missing.empty() && drift.empty() && unmigrated.empty() && unknown.empty() &&
           !state.needs_baseline();
  }
};

[[nodiscard]] result<MigrationsStatus> read_status(MigrationProject& project);

// The changes from the layout after the applied migrations to the one that is there.
[[nodiscard]] result<std::vector<std::string>> find_drift(
    MigrationProject& project, const store::DatabaseDescription& applied_layout);

}  // namespace trivet::app
