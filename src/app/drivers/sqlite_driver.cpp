#include "app/drivers/sqlite_driver.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>

#include "app/database.h"
#include "app/snapshot_store.h"
#include "store/sql/render.h"
#include "store/sqlite/changes/change_log.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/history/sqlite_target.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/times/integer_times.h"

namespace trivet::app {
namespace {

namespace sqlite = store::sqlite;

class OpenFile final : public OpenDatabase {
 public:
  explicit OpenFile(std::unique_ptr<sqlite::SqliteStore> store) : store_(std::move(store)) {}

  [[nodiscard]] store::Store& store() override { return *store_; }
  void interrupt() override { store_->interrupt_reads(); }
  void add_metrics(observe::Metrics& metrics) override {
    const auto read = [this](auto member) {
      return [this, member] { return static_cast<double>(store_->writer_counts().*member); };
    };
    metrics.add_reader({"trivet_sqlite_write_groups_total", "counter", "Commits of the writer."},
                       read(&sqlite::WriterCounts::groups));
    metrics.add_reader(
        {"trivet_sqlite_write_programs_total", "counter", "Writes in those commits."},
        read(&sqlite::WriterCounts::programs));
  }
  [[nodiscard]] result<std::unique_ptr<store::Store>> freeze() override {
    TRIVET_TRY(std::unique_ptr<store::Store> frozen, SnapshotStore::make(*store_));
    return frozen;
  }

 private:
  std::unique_ptr<sqlite::SqliteStore> store_;
};

class SqliteDriver final : public Driver {
 public:
  explicit SqliteDriver(sqlite::SqliteOptions options) : options_(std::move(options)) {}

  [[nodiscard]] const std::string& place() const override { return options_.path; }

  [[nodiscard]] result<void> find() override {
    if (std::filesystem::exists(options_.path)) return {};
    return fail(ErrorCode::bad_config,
                fmt::format("there is no database {}: `trivet db push` makes it", options_.path));
  }

  [[nodiscard]] result<std::string> describe() override {
    return fmt::format("{} ({} bytes)", options_.path, std::filesystem::file_size(options_.path));
  }

  [[nodiscard]] std::vector<Concern> concerns(const schema::Schema& schema) override {
    std::vector<Concern> found;
    const auto times = sqlite::find_integer_times(options_, schema, sqlite::Look::sample);
    if (times && !times->empty())
      found.push_back({"database.integer_times", sqlite::describe_integer_times(*times)});
    struct statvfs space {};
    const std::string folder = std::filesystem::absolute(options_.path).parent_path().string();
    if (::statvfs(folder.c_str(), &space) != 0) return found;
    const uint64_t free_mib = uint64_t{space.f_bavail} * space.f_frsize >> 20;
    if (free_mib < 512)
      found.push_back({"database.disk", fmt::format("{} MiB are free in {}", free_mib, folder)});
    return found;
  }

  // SQLite's tables are rebuilt as wholes: what the schema doesn't know doesn't survive that.
  [[nodiscard]] result<store::Migration> plan(const schema::Schema& schema, Extras) override {
    return sqlite::plan_migration(options_, schema);
  }

  [[nodiscard]] result<store::Migration> plan_beside(const schema::Schema& schema) override {
    return sqlite::plan_beside(options_, schema);
  }

  result<void> apply(const store::Migration& migration, DataLoss data_loss) override {
    return sqlite::apply_migration(options_, migration, data_loss);
  }

  [[nodiscard]] result<std::unique_ptr<store::sql::MigrationTarget>> migrations(
      const TargetParts& parts) override {
    return std::make_unique<sqlite::SqliteTarget>(options_, parts.clock, parts.random);
  }

  [[nodiscard]] result<std::unique_ptr<store::ChangeLog>> follow_changes(const schema::Schema& schema) override {
    TRIVET_CHECK(explain_changes(sqlite::prepare_changes(options_, schema)));
    if (store::watched_tables(schema).empty()) return nullptr;
    return sqlite::open_change_log(options_);
  }

  result<void> settle() override { return sqlite::optimize_database(options_); }

  [[nodiscard]] result<std::unique_ptr<OpenDatabase>> open(const OpenParts& parts) override {
    sqlite::SqliteOptions options = options_;
    options.missing = sqlite::Missing::refuse;
    TRIVET_TRY(auto store, sqlite::SqliteStore::open(options, parts.pool));
    return std::make_unique<OpenFile>(std::move(store));
  }

  [[nodiscard]] result<std::vector<Counter>> counters(const schema::Schema& schema) override {
    TRIVET_TRY(const auto connection, sqlite::Connection::open(options_, sqlite::Access::read));
    TRIVET_TRY(const int64_t counting, connection->query_integer(
                                           "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'"));
    std::vector<Counter> found = counters_of(schema);
    for (Counter& counter : found) {
      const schema::Model& model = schema.models[static_cast<size_t>(counter.model)];
      TRIVET_TRY(counter.last,
                 connection->query_integer(fmt::format(
                     "SELECT coalesce(max({}), 0) FROM {}",
                     store::sql::quote_identifier(model.fields[static_cast<size_t>(counter.field)].db_name),
                     store::sql::quote_identifier(model.db_name))));
      if (counting == 0) continue;
      TRIVET_TRY(const int64_t given, connection->query_integer(
                                          "SELECT seq FROM sqlite_sequence WHERE name = " +
                                          store::sql::quote_literal(model.db_name)));
      counter.last = std::max(counter.last, given);
    }
    return found;
  }

  result<void> raise_counters(const schema::Schema& schema,
                              const std::vector<Counter>& counters) override {
    if (counters.empty()) return {};
    TRIVET_TRY(const auto connection, sqlite::Connection::open(options_, sqlite::Access::write));
    for (const Counter& counter : counters) {
      const std::string name = store::sql::quote_literal(
          schema.models[static_cast<size_t>(counter.model)].db_name);
      TRIVET_CHECK(connection->execute(fmt::format(
          "INSERT INTO sqlite_sequence (name, seq) SELECT {0}, 0 WHERE NOT EXISTS (SELECT 1 FROM "
          "sqlite_sequence WHERE name = {0}); UPDATE sqlite_sequence SET seq = max(seq, {1}) WHERE "
          "name = {0}",
          name, counter.last)));
    }
    return {};
  }

 private:
  sqlite::SqliteOptions options_;
};

}  // namespace

result<std::unique_ptr<Driver>> make_sqlite_driver(const Config& config,
                                                   const schema::Schema& schema,
                                                   const Environment& environment) {
  TRIVET_TRY(sqlite::SqliteOptions options, database_options(config, schema, environment));
  return std::make_unique<SqliteDriver>(std::move(options));
}

}  // namespace trivet::app
