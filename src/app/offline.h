// A project opened without serving it, for commands that read or write rows: schema, store and
// engine in one. Blocking.
#pragma once

#include <memory>

#include "app/config/config_load.h"
#include "app/environment.h"
#include "app/snapshot_store.h"
#include "engine/engine.h"
#include "net/pool.h"
#include "store/sqlite/sqlite_store.h"

namespace trivet::app {

class Offline {
 public:
  // Refuses a schema that can't be served and a database that is not there or not what the schema
  // says.
  [[nodiscard]] static result<std::unique_ptr<Offline>> open(const LoadedConfig& loaded,
                                                             const Environment& environment);
  ~Offline();

  // From now on the engine reads the database as it is now, on this thread alone, and writes nothing.
  result<void> freeze();

  [[nodiscard]] engine::Engine& engine() { return *engine_; }
  [[nodiscard]] const std::shared_ptr<const schema::Schema>& schema() const { return schema_; }
  [[nodiscard]] const store::sqlite::SqliteOptions& database() const { return store_->options(); }

 private:
  Offline() = default;
  void use(store::Store& store);

  net::Pool pool_{{.threads = 1, .queue_max = 16}};
  SystemEnvironment system_;
  std::shared_ptr<const schema::Schema> schema_;  // shared with the engine and its plans
  std::unique_ptr<store::sqlite::SqliteStore> store_;
  std::unique_ptr<SnapshotStore> snapshot_;  // null unless frozen
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace trivet::app
