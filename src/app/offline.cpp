#include "app/offline.h"

#include "app/check.h"
#include "app/database.h"
#include "app/project.h"

namespace trivet::app {

Offline::~Offline() {
  engine_.reset();
  frozen_.reset();
  database_.reset();
}

result<std::unique_ptr<Offline>> Offline::open(const LoadedConfig& loaded,
                                               const Environment& environment) {
  std::unique_ptr<Offline> offline(new Offline());
  schema::CheckResult check = load_project_schema(loaded.config);
  check_servable(check);
  TRIVET_TRY(offline->schema_, require_schema(check));
  TRIVET_TRY(offline->driver_, find_driver(loaded.config, *offline->schema_, environment));
  TRIVET_CHECK(require_in_sync(*offline->driver_, *offline->schema_));
  TRIVET_TRY(offline->database_, offline->driver_->open({offline->pool_, {}}));
  offline->use(offline->database_->store());
  return offline;
}

void Offline::use(store::Store& store) {
  // The limits are for requests of others.
  Limits limits;
  limits.rows_max = 0;
  engine_ = std::make_unique<engine::Engine>(schema_, store, system_, limits);
}

result<void> Offline::freeze() {
  TRIVET_TRY(frozen_, database_->freeze());
  use(*frozen_);
  return {};
}

}  // namespace trivet::app
