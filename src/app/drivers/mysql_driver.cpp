#include "app/drivers/mysql_driver.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/mysql/changes/change_log.h"
#include "store/mysql/history/mysql_target.h"
#include "store/mysql/layout/migrate.h"
#include "store/mysql/layout/session.h"
#include "store/mysql/layout/url.h"
#include "store/mysql/mysql_store.h"
#include "store/sql/render.h"

namespace trivet::app {
namespace {

namespace mysql = store::mysql;

// A store of one connection, whose transaction holds the moment.
class FrozenStore final : public store::Store {
 public:
  explicit FrozenStore(const mysql::MysqlOptions& options) : store_(options, {}) {}

  result<void> begin(store::Deadline deadline) { return store_.connect(deadline); }

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
  mysql::MysqlStore store_;
};

class OpenServer final : public OpenDatabase {
 public:
  OpenServer(const mysql::MysqlOptions& options, const std::vector<Executor>& loops)
      : options_(options), has_loops_(!loops.empty()), store_(options, loops) {}

  [[nodiscard]] store::Store& store() override { return store_; }
  void close_loop(unsigned index) override {
    if (has_loops_) store_.close_loop(index);
  }
  [[nodiscard]] result<std::unique_ptr<store::Store>> freeze() override {
    mysql::MysqlOptions options = options_;
    options.connections = 1;
    options.snapshot = true;
    auto frozen = std::make_unique<FrozenStore>(options);
    TRIVET_CHECK(frozen->begin(std::chrono::steady_clock::now() + options.connect_timeout));
    return frozen;
  }

 private:
  const mysql::MysqlOptions options_;
  const bool has_loops_;
  mysql::MysqlStore store_;
};

// Those of the schema's tables, with what is said of them.
std::string listed(const schema::Schema& schema, const std::vector<mysql::TextRow>& rows) {
  std::string text;
  for (const mysql::TextRow& row : rows)
    if (schema.find_table(row[0]) != nullptr)
      text += fmt::format("{}{}{}", text.empty() ? "" : ", ", row[0], row[1]);
  return text;
}

class MysqlDriver final : public Driver {
 public:
  MysqlDriver(mysql::MysqlOptions options, std::string place,
              mysql::MysqlTargetOptions migrations)
      : options_(std::move(options)),
        place_(std::move(place)),
        migrations_(std::move(migrations)) {}

  [[nodiscard]] const std::string& place() const override { return place_; }

  [[nodiscard]] result<void> find() override {
    const auto session = mysql::Session::open(options_);
    if (session) return {};
    return unreachable(session.error());
  }

  [[nodiscard]] result<std::string> describe() override {
    TRIVET_TRY(const auto session, mysql::Session::open(options_));
    TRIVET_TRY(const auto rows,
               session->query("SELECT VERSION(), COALESCE(ROUND(SUM(DATA_LENGTH + INDEX_LENGTH) / "
                              "1048576), 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                              "DATABASE()"));
    return fmt::format("{} (MariaDB {}, {} MB)", place_, rows.at(0).at(0), rows.at(0).at(1));
  }

  // Columns of tables that something else made.
  [[nodiscard]] std::vector<Concern> concerns(const schema::Schema& schema) override {
    const auto session = mysql::Session::open(options_);
    if (!session) return {};
    std::vector<Concern> found;
    const auto engines = (*session)->query(
        "SELECT TABLE_NAME, CONCAT(' (', ENGINE, ')') FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
        "TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB' ORDER BY TABLE_NAME");
    if (engines) {
      const std::string tables = listed(schema, *engines);
      if (!tables.empty())
        found.push_back({"database.engine",
                         "these tables have no transactions, so that a write which fails halfway stays "
                         "halfway: " + tables});
    }
    const auto rows = (*session)->query(
        "SELECT TABLE_NAME, CONCAT('.', COLUMN_NAME, ' (', COLLATION_NAME, ')') FROM information_schema.COLUMNS WHERE "
        "TABLE_SCHEMA = DATABASE() AND COLLATION_NAME IS NOT NULL AND COLLATION_NAME NOT LIKE "
        "'%nopad\\_bin' AND DATA_TYPE IN ('varchar', 'char', 'text', 'tinytext', 'mediumtext') "
        "ORDER BY TABLE_NAME, ORDINAL_POSITION");
    if (!rows) return found;
    const std::string columns = listed(schema, *rows);
    if (!columns.empty())
      found.push_back({"database.collation",
                       "texts of these columns compare by the database's collation, in filters and in "
                       "rules, which may take \"a\" for \"A\" or \"a \": " + columns});
    return found;
  }

  [[nodiscard]] result<store::Migration> plan(const schema::Schema& schema,
                                              Extras extras) override {
    auto planned = mysql::plan_migration(options_, schema, extras);
    if (!planned && planned.error().code == ErrorCode::connection_failed)
      return unreachable(planned.error());
    return planned;
  }

  [[nodiscard]] result<store::Migration> plan_beside(const schema::Schema& schema) override {
    return plan(schema, Extras::keep);
  }

  result<void> apply(const store::Migration& migration, DataLoss data_loss) override {
    return mysql::apply_migration(options_, migration, data_loss);
  }

  [[nodiscard]] result<std::unique_ptr<store::sql::MigrationTarget>> migrations(
      const TargetParts& parts) override {
    return std::make_unique<mysql::MysqlTarget>(migrations_, parts.clock, parts.random);
  }

  [[nodiscard]] result<std::unique_ptr<store::ChangeLog>> follow_changes(const schema::Schema& schema) override {
    TRIVET_CHECK(explain_changes(mysql::prepare_changes(options_, schema)));
    if (store::watched_tables(schema).empty()) return nullptr;
    return mysql::open_change_log(options_);
  }

  result<void> settle() override { return mysql::settle_database(options_); }

  [[nodiscard]] result<std::unique_ptr<OpenDatabase>> open(const OpenParts& parts) override {
    mysql::MysqlOptions options = options_;
    options.statement_timeout = parts.statement_timeout;
    return std::make_unique<OpenServer>(options, parts.loops);
  }

  [[nodiscard]] result<std::vector<Counter>> counters(const schema::Schema& schema) override {
    TRIVET_TRY(const auto session, mysql::Session::open(options_));
    std::vector<Counter> found = counters_of(schema);
    for (Counter& counter : found) {
      const schema::Model& model = schema.models[static_cast<size_t>(counter.model)];
      TRIVET_TRY(counter.last,
                 session->query_integer(fmt::format(
                     "SELECT COALESCE(MAX({}), 0) FROM {}",
                     store::sql::quote_identifier(model.fields[static_cast<size_t>(counter.field)].db_name),
                     store::sql::quote_identifier(model.db_name))));
      TRIVET_TRY(const int64_t next,
                 session->query_integer(
                     "SELECT COALESCE(AUTO_INCREMENT, 1) FROM information_schema.TABLES WHERE "
                     "TABLE_SCHEMA = DATABASE() AND TABLE_NAME = " +
                     store::sql::quote_literal(model.db_name)));
      counter.last = std::max(counter.last, next - 1);
    }
    return found;
  }

  result<void> raise_counters(const schema::Schema& schema,
                              const std::vector<Counter>& counters) override {
    TRIVET_TRY(const auto session, mysql::Session::open(options_));
    TRIVET_TRY(const auto now, this->counters(schema));
    for (const Counter& counter : counters) {
      const auto own = std::ranges::find_if(now, [&](const Counter& one) {
        return one.model == counter.model && one.field == counter.field;
      });
      if (own != now.end() && own->last >= counter.last) continue;
      TRIVET_CHECK(session->execute(fmt::format(
          "ALTER TABLE {} AUTO_INCREMENT = {}",
          store::sql::quote_identifier(schema.models[static_cast<size_t>(counter.model)].db_name),
          counter.last + 1)));
    }
    return {};
  }

 private:
  [[nodiscard]] std::unexpected<Error> unreachable(const Error& error) const {
    Error told = error;
    told.message = fmt::format("the database {} can't be reached", place_);
    told.hint = "is the server running, and are host, port, user and password right?";
    return std::unexpected(std::move(told));
  }

  mysql::MysqlOptions options_;
  std::string place_;
  mysql::MysqlTargetOptions migrations_;
};

}  // namespace

result<std::unique_ptr<Driver>> make_mysql_driver(const Config& config, const std::string& url) {
  mysql::MysqlOptions options;
  options.connections = config.database_connections;
  options.connect_timeout = config.database_connect_timeout;
  options.wait_max = config.database_queue_timeout;
  TRIVET_CHECK(mysql::read_url(url, options));
  if (options.connections == 0)
    return fail(ErrorCode::bad_config, "database.connections must be at least 1");
  mysql::MysqlTargetOptions migrations;
  migrations.database = options;
  const std::string& direct = config.database_direct_url.empty() ? url : config.database_direct_url;
  TRIVET_CHECK(mysql::read_url(direct, migrations.database));
  migrations.place = mysql::without_password(direct);
  migrations.shadow_url = config.database_shadow_url;
  migrations.lock_timeout = config.database_lock_timeout;
  return std::make_unique<MysqlDriver>(std::move(options), mysql::without_password(url),
                                       std::move(migrations));
}

}  // namespace trivet::app
