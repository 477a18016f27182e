// A project opened without serving it, for commands that read or write rows: schema, store and
// engine in one. Blocking.
#pragma once

#include <memory>

#include "app/config/config_load.h"
#include "app/drivers/driver.h"
#include "app/environment.h"
#include "engine/engine.h"
#include "net/pool.h"

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
  [[nodiscard]] Driver& driver() { return *driver_; }

 private:
  Offline() = default;
  void use(store::Store& store);

  net::Pool pool_{{.threads = 1, .queue_max = 16}};
  SystemEnvironment system_;
  std::shared_ptr<const schema::Schema> schema_;  // shared with the engine and its plans
  std::unique_ptr<Driver> driver_;
  std::unique_ptr<OpenDatabase> database_;
  std::unique_ptr<store::Store> frozen_;  // null unless frozen
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace trivet::app
