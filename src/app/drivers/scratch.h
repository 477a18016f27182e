// An empty database of the project's kind that is gone when the object is: for trying things out
// without touching the project's own. SQLite: a file in a temporary folder. PostgreSQL, MariaDB: a new
// database on the project's server, which needs the right to make one. Blocking.
#pragma once

#include <memory>

#include "app/drivers/driver.h"

namespace trivet::app {

class ScratchDatabase {
 public:
  virtual ~ScratchDatabase() = default;
  // With the schema's tables.
  [[nodiscard]] virtual Driver& driver() = 0;
  // After rows were written with keys of their own: what counts up goes on behind them.
  virtual result<void> advance_counters(const schema::Schema& schema) = 0;
};

// Errors: bad_config where the server refuses to make a database.
[[nodiscard]] result<std::unique_ptr<ScratchDatabase>> make_scratch_database(
    const Config& config, const schema::Schema& schema, const Environment& environment);

}  // namespace trivet::app
