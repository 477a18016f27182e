#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "engine/testing/harness.h"
#include "net/pool.h"
#include "store/memory/memory_store.h"
#include "store/mysql/layout/ddl.h"
#include "store/mysql/mysql_store.h"
#include "store/mysql/testing/server.h"
#include "store/postgres/layout/ddl.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/testing/server.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_store.h"
#include "store_under_test.h"

namespace trivet::conformance {
namespace {

using SchemaPtr = std::shared_ptr<const schema::Schema>;

class InMemory final : public StoreUnderTest {
 public:
  explicit InMemory(const SchemaPtr& schema) : store_(schema) {}
  store::Store& store() override { return store_; }

 private:
  store::memory::MemoryStore store_;
};

class InFile final : public StoreUnderTest {
 public:
  explicit InFile(const SchemaPtr& schema)
      : folder_(std::filesystem::temp_directory_path() / ("trivet-conformance-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store::sqlite::SqliteOptions options;
    options.path = (folder_ / "data.db").string();
    const auto migration = store::sqlite::plan_migration(options, *schema);
    EXPECT_TRUE(migration) << migration.error().message;
    const auto applied = store::sqlite::apply_migration(options, *migration, store::DataLoss::refuse);
    EXPECT_TRUE(applied) << applied.error().message;
    auto opened = store::sqlite::SqliteStore::open(options, pool_);
    EXPECT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  ~InFile() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  store::Store& store() override { return *store_; }

 private:
  net::Pool pool_{{1, 16}};
  std::filesystem::path folder_;
  std::unique_ptr<store::sqlite::SqliteStore> store_;
};

class OnServer final : public StoreUnderTest {
 public:
  explicit OnServer(const SchemaPtr& schema) {
    store::postgres::PostgresOptions options;
    options.url = store::postgres::testing::Server::instance().make_database();
    store_ = std::make_unique<store::postgres::PostgresStore>(options, std::vector<Executor>());
    const auto made = engine::testing::await(
        store_->execute(store::postgres::render_database(*schema), engine::testing::no_deadline()));
    EXPECT_TRUE(made) << made.error().log_text;
  }
  store::Store& store() override { return *store_; }

 private:
  std::unique_ptr<store::postgres::PostgresStore> store_;
};

class OnMariaDB final : public StoreUnderTest {
 public:
  explicit OnMariaDB(const SchemaPtr& schema)
      : store_(store::mysql::testing::Server::instance().make_options(), {}) {
    const auto made = engine::testing::await(
        store_.execute(store::mysql::render_database(store::mysql::describe_schema(*schema)),
                       engine::testing::no_deadline()));
    EXPECT_TRUE(made) << made.error().log_text;
  }
  store::Store& store() override { return store_; }

 private:
  store::mysql::MysqlStore store_;
};

template <class Made>
std::unique_ptr<StoreUnderTest> make(const SchemaPtr& schema) {
  return std::make_unique<Made>(schema);
}

bool always() { return true; }

}  // namespace

StoreEntry memory_entry() { return {"memory", "postgresql", always, make<InMemory>}; }

const std::vector<StoreEntry>& stores() {
  static const std::vector<StoreEntry> all = {
      {"SQLite", "sqlite", always, make<InFile>},
      {"PostgreSQL", "postgresql", store::postgres::testing::Server::is_installed, make<OnServer>},
      {"MariaDB", "mysql", store::mysql::testing::Server::is_installed, make<OnMariaDB>},
  };
  return all;
}

}  // namespace trivet::conformance
