#include "app/drivers/postgres_driver.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/postgres/calls/procedures.h"
#include "store/postgres/changes/change_log.h"
#include "store/postgres/history/postgres_target.h"
#include "store/postgres/layout/migrate.h"
#include "store/postgres/layout/roles.h"
#include "store/postgres/layout/session.h"
#include "store/postgres/layout/url.h"
#include "store/postgres/layout/views.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/replicas/replica_set.h"
#include "store/sql/render.h"

namespace trivet::app {
namespace {

namespace postgres = store::postgres;

// A store whose reads see the moment that a session beside it holds.
class FrozenStore final : public store::Store {
 public:
  FrozenStore(std::unique_ptr<postgres::Session> holder, const postgres::PostgresOptions& options)
      : holder_(std::move(holder)), store_(options, {}) {}

  [[nodiscard]] const store::Capabilities& capabilities() const override {
    return store_.capabilities();
  }
  task<result<store::Rows>> read(const store::Query& query, const store::Params& params,
                                 store::Deadline deadline) override {
    return store_.read(query, params, deadline);
  }
  task<result<store::WriteResult>> write(const store::Program&, const store::Params&,
                                         store::Deadline) override {
    co_return fail(ErrorCode::read_only, "a snapshot can't be written to");
  }
  task<result<void>> ping(store::Deadline deadline) override { return store_.ping(deadline); }

 private:
  std::unique_ptr<postgres::Session> holder_;
  postgres::PostgresStore store_;
};

// What a function writes may be anybody's.
class MarkingProcedures final : public store::ProcedureStore {
 public:
  MarkingProcedures(store::ProcedureStore& inner, store::ReplicaReads& replicas)
      : inner_(inner), replicas_(replicas) {}
  [[nodiscard]] std::shared_ptr<const store::ProcedureList> procedures() const override {
    return inner_.procedures();
  }
  task<result<store::CallAnswer>> call(const store::Call& call, store::Deadline deadline) override {
    result<store::CallAnswer> answer = co_await inner_.call(call, deadline);
    if (call.access == store::CallAccess::read_write) replicas_.all_wrote();
    co_return answer;
  }

 private:
  store::ProcedureStore& inner_;
  store::ReplicaReads& replicas_;
};

class OpenServer final : public OpenDatabase {
 public:
  OpenServer(const postgres::PostgresOptions& options, const std::vector<Executor>& loops,
             const postgres::ReplicaOptions& replicas)
      : options_(options), has_loops_(!loops.empty()), store_(options, loops), procedures_(store_) {
    if (!has_loops_ || replicas.replicas.empty()) return;
    replicas_ = std::make_unique<postgres::ReplicaSet>(replicas, loops);
    marking_ = std::make_unique<MarkingProcedures>(procedures_, *replicas_);
  }

  [[nodiscard]] store::Store& store() override { return store_; }
  [[nodiscard]] store::ProcedureStore* procedures() override {
    if (marking_) return marking_.get();
    return &procedures_;
  }
  [[nodiscard]] store::ReplicaReads* replicas() override { return replicas_.get(); }
  void add_metrics(observe::Metrics& metrics) override {
    if (!replicas_) return;
    metrics.add_reader({"trivet_replicas", "gauge", "Replicas of the database that take reads now."},
                       [this] { return static_cast<double>(replicas_->in_use()); });
    metrics.add_reader({"trivet_replica_reads_total", "counter", "Reads that were given to a replica."},
                       [this] { return static_cast<double>(replicas_->reads()); });
  }
  [[nodiscard]] store::SessionStore* sessions() override { return &store_; }
  [[nodiscard]] store::PlanStore* plans() override { return &store_; }
  result<void> refresh_procedures() override { return procedures_.refresh(options_); }
  [[nodiscard]] const store::WritableViews* views() override { return &views_; }
  result<void> refresh_views() override {
    TRIVET_TRY(const auto session, postgres::Session::open(options_));
    TRIVET_TRY(store::ViewWritesByName found, postgres::find_writable_views(*session, options_.schemas));
    views_.replace(std::move(found));
    return {};
  }
  void close_loop(unsigned index) override {
    if (has_loops_) store_.close_loop(index);
    if (replicas_) replicas_->close_loop(index);
  }
  [[nodiscard]] result<std::unique_ptr<store::Store>> freeze() override {
    TRIVET_TRY(auto holder, postgres::Session::open(options_));
    TRIVET_CHECK(holder->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    TRIVET_TRY(const auto rows, holder->query("SELECT pg_export_snapshot()"));
    postgres::PostgresOptions options = options_;
    options.snapshot = rows.at(0).at(0);
    options.connections = 1;
    return std::make_unique<FrozenStore>(std::move(holder), options);
  }

 private:
  const postgres::PostgresOptions options_;
  const bool has_loops_;
  postgres::PostgresStore store_;
  postgres::PostgresProcedures procedures_;
  std::unique_ptr<postgres::ReplicaSet> replicas_;  // null: there are none
  std::unique_ptr<MarkingProcedures> marking_;      // with replicas
  store::WritableViews views_;
};

class PostgresDriver final : public Driver {
 public:
  PostgresDriver(postgres::PostgresOptions options, std::string place,
                 postgres::PostgresTargetOptions migrations, postgres::ReplicaOptions replicas)
      : options_(std::move(options)),
        place_(std::move(place)),
        migrations_(std::move(migrations)),
        replicas_(std::move(replicas)) {}

  [[nodiscard]] const std::string& place() const override { return place_; }

  [[nodiscard]] result<void> find() override {
    const auto session = postgres::Session::open(options_);
    if (session) return {};
    return unreachable(session.error());
  }

  [[nodiscard]] result<std::string> describe() override {
    TRIVET_TRY(const auto session, postgres::Session::open(options_));
    TRIVET_TRY(const auto rows,
               session->query("SELECT current_setting('server_version'), "
                              "pg_size_pretty(pg_database_size(current_database()))"));
    return fmt::format("{} (PostgreSQL {}, {})", place_, rows.at(0).at(0), rows.at(0).at(1));
  }

  [[nodiscard]] std::vector<Concern> concerns(const schema::Schema&) override { return {}; }

  [[nodiscard]] result<store::Migration> plan(const schema::Schema& schema,
                                              Extras extras) override {
    auto planned = postgres::plan_migration(options_, schema, extras);
    if (!planned && planned.error().code == ErrorCode::connection_failed)
      return unreachable(planned.error());
    return planned;
  }

  [[nodiscard]] result<store::Migration> plan_beside(const schema::Schema& schema) override {
    return plan(schema, Extras::keep);
  }

  result<void> apply(const store::Migration& migration, DataLoss data_loss) override {
    return postgres::apply_migration(options_, migration, data_loss);
  }

  [[nodiscard]] result<std::unique_ptr<store::sql::MigrationTarget>> migrations(
      const TargetParts& parts) override {
    if (migrations_.database.pooler == postgres::Pooler::transactions)
      return fail(ErrorCode::bad_config,
                  "migrations need a session of their own, which a pooler of transactions doesn't "
                  "give",
                  {}, "name the server itself in `[database] direct_url`");
    return std::make_unique<postgres::PostgresTarget>(migrations_, parts.clock, parts.random);
  }

  [[nodiscard]] result<void> check_roles(const std::string& anonymous_role) override {
    TRIVET_TRY(const auto session, postgres::Session::open(options_));
    return postgres::check_roles(*session, {anonymous_role, options_.pre_request});
  }

  [[nodiscard]] result<std::unique_ptr<store::ChangeLog>> follow_changes(const schema::Schema& schema) override {
    TRIVET_CHECK(explain_changes(postgres::prepare_changes(migrations_.database, schema)));
    if (store::watched_tables(schema).empty()) return nullptr;
    return postgres::open_change_log(migrations_.database);
  }

  result<void> settle() override { return postgres::settle_database(options_); }

  [[nodiscard]] result<std::unique_ptr<OpenDatabase>> open(const OpenParts& parts) override {
    postgres::PostgresOptions options = options_;
    options.statement_timeout = parts.statement_timeout;
    postgres::ReplicaOptions replicas = replicas_;
    // Positions in the log are the server's own: a pooler may lead to another.
    replicas.primary = migrations_.database;
    for (postgres::PostgresOptions& replica : replicas.replicas) replica.statement_timeout = parts.statement_timeout;
    return std::make_unique<OpenServer>(options, parts.loops, replicas);
  }

  [[nodiscard]] result<std::vector<Counter>> counters(const schema::Schema& schema) override {
    TRIVET_TRY(const auto session, postgres::Session::open(options_));
    std::vector<Counter> found = counters_of(schema);
    for (Counter& counter : found) {
      TRIVET_TRY(const std::string sequence, sequence_of(*session, schema, counter));
      const schema::Model& model = schema.models[static_cast<size_t>(counter.model)];
      const std::string column = model.fields[static_cast<size_t>(counter.field)].db_name;
      TRIVET_TRY(counter.last, session->query_integer(fmt::format(
                                   "SELECT coalesce(max({}), 0) FROM {}",
                                   store::sql::quote_identifier(column), table_name(model))));
      if (sequence.empty()) continue;
      TRIVET_TRY(const int64_t given,
                 session->query_integer("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM " + sequence));
      counter.last = std::max(counter.last, given);
    }
    return found;
  }

  result<void> raise_counters(const schema::Schema& schema,
                              const std::vector<Counter>& counters) override {
    TRIVET_TRY(const auto session, postgres::Session::open(options_));
    for (const Counter& counter : counters) {
      TRIVET_TRY(const std::string sequence, sequence_of(*session, schema, counter));
      if (sequence.empty() || counter.last <= 0) continue;
      TRIVET_TRY(const auto done, session->query(fmt::format(
                                      "SELECT setval({}, greatest({}, (SELECT last_value FROM {})))",
                                      store::sql::quote_literal(sequence), counter.last, sequence)));
    }
    return {};
  }

 private:
  [[nodiscard]] std::string table_name(const schema::Model& model) const {
    const std::string table = store::sql::quote_identifier(model.table());
    return options_.schema.empty() || !model.db_schema.empty() ? table
                                   : store::sql::quote_identifier(options_.schema) + '.' + table;
  }
  // As SQL names it; empty if the column has none.
  [[nodiscard]] result<std::string> sequence_of(postgres::Session& session,
                                                const schema::Schema& schema,
                                                const Counter& counter) const {
    const schema::Model& model = schema.models[static_cast<size_t>(counter.model)];
    TRIVET_TRY(const auto rows,
               session.query("SELECT coalesce(pg_get_serial_sequence($1, $2), '')",
                             {table_name(model),
                              model.fields[static_cast<size_t>(counter.field)].db_name}));
    return rows.at(0).at(0);
  }
  [[nodiscard]] std::unexpected<Error> unreachable(const Error& error) const {
    Error told = error;
    told.message = fmt::format("the database {} can't be reached", place_);
    told.hint = "is the server running, and are host, port, user and password right?";
    return std::unexpected(std::move(told));
  }

  postgres::PostgresOptions options_;
  std::string place_;
  postgres::PostgresTargetOptions migrations_;
  postgres::ReplicaOptions replicas_;
};

// All but where it is, as the primary has it.
result<postgres::ReplicaOptions> replica_options(const Config& config, const postgres::PostgresOptions& primary) {
  postgres::ReplicaOptions replicas;
  replicas.lag_max = config.database_replica_lag_max;
  for (const std::string& url : config.database_replicas) {
    if (!postgres::is_postgres_url(url))
      return fail(ErrorCode::bad_config, "database.replicas holds postgres://… URLs", {}, "one for each hot standby");
    postgres::PostgresOptions replica = primary;
    TRIVET_CHECK(postgres::read_url(url, replica));
    if (replica.schema.empty()) replica.schema = primary.schema;
    replicas.replicas.push_back(std::move(replica));
  }
  return replicas;
}

}  // namespace

result<std::unique_ptr<Driver>> make_postgres_driver(const Config& config, const schema::Schema& schema,
                                                     const std::string& url) {
  postgres::PostgresOptions options;
  options.schemas = schema.datasource.schemas;
  options.connections = config.database_connections;
  options.connect_timeout = config.database_connect_timeout;
  options.wait_max = config.database_queue_timeout;
  if (config.database_pgbouncer) options.pooler = postgres::Pooler::transactions;
  TRIVET_CHECK(postgres::read_url(url, options));
  TRIVET_TRY(options.pre_request, postgres::quoted_function(config.pre_request));
  options.more_schemas = config.search_path;
  if (!options.more_schemas.empty() && options.pooler == postgres::Pooler::transactions)
    return fail(ErrorCode::bad_config,
                "rest.search_path needs sessions of its own, which a pooler of transactions doesn't give",
                {}, "set the search_path of the database's user instead");
  if (options.connections == 0)
    return fail(ErrorCode::bad_config, "database.connections must be at least 1");
  postgres::PostgresTargetOptions migrations;
  migrations.database = options;
  migrations.shadow_url = config.database_shadow_url;
  migrations.lock_timeout = config.database_lock_timeout;
  if (!config.database_direct_url.empty()) {
    migrations.database.pooler = postgres::Pooler::none;
    TRIVET_CHECK(postgres::read_url(config.database_direct_url, migrations.database));
    if (migrations.database.schema.empty()) migrations.database.schema = options.schema;
  }
  TRIVET_TRY(postgres::ReplicaOptions replicas, replica_options(config, options));
  return std::make_unique<PostgresDriver>(std::move(options), postgres::without_password(url),
                                          std::move(migrations), std::move(replicas));
}

}  // namespace trivet::app
