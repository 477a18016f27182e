// Driver: one kind of database, as the product uses it: found by the configuration, compared with
// the schema, changed, opened. Blocking.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config_load.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/task.h"
#include "net/pool.h"
#include "observe/metrics.h"
#include "schema/schema.h"
#include "store/changes/changes.h"
#include "store/migration.h"
#include "store/procedure.h"
#include "store/replica_reads.h"
#include "store/session.h"
#include "store/statement_plan.h"
#include "store/sql/layout/migration_target.h"
#include "store/store.h"
#include "store/writable_views.h"

namespace trivet::app {

using store::DataLoss;
using store::Extras;

// Something that an operator should know.
struct Concern {
  std::string_view event;  // "database.integer_times"
  std::string text;
};

class OpenDatabase {
 public:
  virtual ~OpenDatabase() = default;
  [[nodiscard]] virtual store::Store& store() = 0;
  // Ends what runs, for shutting down. Any thread.
  virtual void interrupt() {}
  // On the thread of a loop that serves no more: what the database has there ends.
  virtual void close_loop(unsigned) {}
  // Where the database can decide itself who may what; null: it can't.
  [[nodiscard]] virtual store::SessionStore* sessions() { return nullptr; }
  // What tells how the database runs reads; null: it doesn't.
  [[nodiscard]] virtual store::PlanStore* plans() { return nullptr; }
  // Copies of the store for reads that may be a little older; null: there are none.
  [[nodiscard]] virtual store::ReplicaReads* replicas() { return nullptr; }
  // Functions that the database has; null: it has none. They are those of the last refresh.
  [[nodiscard]] virtual store::ProcedureStore* procedures() { return nullptr; }
  virtual result<void> refresh_procedures() { return {}; }
  // Views that take writes, as the last refresh found them; null: none does.
  [[nodiscard]] virtual const store::WritableViews* views() { return nullptr; }
  virtual result<void> refresh_views() { return {}; }
  virtual void add_metrics(observe::Metrics&) {}
  // Reads of the store that comes back all see this moment, on this thread alone. It must go before
  // the database does.
  [[nodiscard]] virtual result<std::unique_ptr<store::Store>> freeze() = 0;
};

struct OpenParts {
  net::Pool& pool;              // outlives the database
  std::vector<Executor> loops;  // from which it will be used; empty: from any thread, by the way
  std::chrono::milliseconds statement_timeout{0};  // 0 = none beside each request's deadline
};

// What a target of migrations is opened with; both outlive it.
struct TargetParts {
  const Clock& clock;
  Random& random;
};

// The greatest number that a column which counts up holds or has given.
struct Counter {
  int model = -1;
  int field = -1;
  int64_t last = 0;
};

class Driver {
 public:
  virtual ~Driver() = default;
  // Path or URL, for people.
  [[nodiscard]] virtual const std::string& place() const = 0;
  // That it is there and answers; else why not and what helps (bad_config, connection_failed).
  [[nodiscard]] virtual result<void> find() = 0;
  // A few words about it: its size, its version.
  [[nodiscard]] virtual result<std::string> describe() = 0;
  [[nodiscard]] virtual std::vector<Concern> concerns(const schema::Schema& schema) = 0;

  [[nodiscard]] virtual result<store::Migration> plan(const schema::Schema& schema,
                                                      Extras extras) = 0;
  // What the tables of a schema of ours need, beside those of the project, which stay as they are.
  [[nodiscard]] virtual result<store::Migration> plan_beside(const schema::Schema& schema) = 0;
  virtual result<void> apply(const store::Migration& migration, DataLoss data_loss) = 0;
  // What `trivet migrate` works on; opens nothing yet. bad_config where there are no migrations for
  // this kind of database.
  [[nodiscard]] virtual result<std::unique_ptr<store::sql::MigrationTarget>> migrations(
      const TargetParts& parts);
  // After an import: what counts up goes on behind the rows that brought their keys, and the
  // database learns how values are spread.
  virtual result<void> settle() = 0;
  [[nodiscard]] virtual result<std::unique_ptr<OpenDatabase>> open(const OpenParts& parts) = 0;

  // That the login may hand over to callers: it isn't above the database's rules itself, and may take the role of nobody.
  // bad_config says what is wrong; also where no database of this kind decides.
  [[nodiscard]] virtual result<void> check_roles(const std::string& anonymous_role);

  // Makes what tells of changes of models with @@realtime, and takes away what is left of others; then what reads it, or
  // null if no model has it. bad_config says what the database's user may not.
  [[nodiscard]] virtual result<std::unique_ptr<store::ChangeLog>> follow_changes(const schema::Schema& schema) = 0;

  // Of every such column of the schema; and lets those of this database go on behind them. A driver
  // without them is no end of a `db move`: missing_capability.
  [[nodiscard]] virtual result<std::vector<Counter>> counters(const schema::Schema& schema);
  virtual result<void> raise_counters(const schema::Schema& schema,
                                      const std::vector<Counter>& counters);
};

// The database of the project. The datasource's env() is looked up in `environment`. Errors:
// bad_config.
[[nodiscard]] result<std::unique_ptr<Driver>> find_driver(const Config& config,
                                                          const schema::Schema& schema,
                                                          const Environment& environment);

// Its URL as it is written: in the configuration, else in the datasource; empty where neither says.
[[nodiscard]] std::string written_url(const Config& config, const schema::Schema& schema,
                                      const Environment& environment);

// What went wrong in making triggers, as bad_config that says what they are for.
[[nodiscard]] result<void> explain_changes(result<void> prepared);

// A counter for each column that counts up, all at 0.
[[nodiscard]] std::vector<Counter> counters_of(const schema::Schema& schema);

// Of the kind of database that the schema is written for.
[[nodiscard]] store::Capabilities capabilities_for(const schema::Schema& schema);

}  // namespace trivet::app
