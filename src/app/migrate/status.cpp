#include "app/migrate/status.h"

namespace trivet::app {

result<std::vector<std::string>> find_drift(MigrationProject& project,
                                            const store::DatabaseDescription& applied_layout) {
  TRIVET_TRY(const store::DatabaseDescription live, project.target->describe());
  return store::sql::summarize(project.target->diff(applied_layout, live, {}));
}

result<MigrationsStatus> read_status(MigrationProject& project) {
  MigrationsStatus status;
  TRIVET_TRY(status.state, read_state(project));
  auto pending = examine_pending(project, status.state);
  if (!pending) {
    status.unknown = pending.error().message;
    return status;
  }
  status.pending = std::move(pending->links);
  status.unknown = pending->unknown;
  if (!status.unknown.empty()) return status;
  // A failed migration may have left anything.
  if (status.state.failed.empty() && !status.state.needs_baseline()) {
    TRIVET_TRY(status.drift, find_drift(project, pending->applied_layout));
  }
  TRIVET_TRY(const store::DatabaseDescription wanted, project.target->layout_of(*project.schema));
  status.unmigrated =
      store::sql::summarize(project.target->diff(pending->end_layout, wanted, {}));
  return status;
}

}  // namespace trivet::app
