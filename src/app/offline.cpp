#include "app/offline.h"

#include "app/check.h"
#include "app/database.h"
#include "app/project.h"

namespace trivet::app {

Offline::~Offline() {
  engine_.reset();
  snapshot_.reset();
  store_.reset();
}

result<std::unique_ptr<Offline>> Offline::open(const LoadedConfig& loaded,
                                               const Environment& environment) {
  std::unique_ptr<Offline> offline(new Offline());
  schema::CheckResult check = load_project_schema(loaded.config);
  check_servable(check);
  TRIVET_TRY(offline->schema_, require_schema(check));
  TRIVET_TRY(store::sqlite::SqliteOptions options,
             database_options(loaded.config, *offline->schema_, environment));
  TRIVET_CHECK(require_in_sync(options, *offline->schema_));
  options.missing = store::sqlite::Missing::refuse;
  TRIVET_TRY(offline->store_, store::sqlite::SqliteStore::open(options, offline->pool_));
  offline->use(*offline->store_);
  return offline;
}

void Offline::use(store::Store& store) {
  // The limits are for requests of others.
  Limits limits;
  limits.rows_max = 0;
  engine_ = std::make_unique<engine::Engine>(schema_, store, system_, limits);
}

result<void> Offline::freeze() {
  TRIVET_TRY(snapshot_, SnapshotStore::make(*store_));
  use(*snapshot_);
  return {};
}

}  // namespace trivet::app
