#include "app/offline.h"

#include "app/check.h"
#include "app/database.h"
#include "app/project.h"

namespace trivet::app {

Offline::~Offline() {
  engine_.reset();
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
  // The limits are for requests of others.
  Limits limits;
  limits.rows_max = 0;
  offline->engine_ = std::make_unique<engine::Engine>(offline->schema_, *offline->store_,
                                                      offline->system_, limits);
  return offline;
}

}  // namespace trivet::app
