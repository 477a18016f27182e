#include "api/rest/testing/case_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "net/pool.h"
#include "store/postgres/layout/migrate.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/testing/server.h"
#include "store/sql/render.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_store.h"

namespace trivet::api::rest::testing {
namespace {

using store::postgres::PostgresStore;
using store::postgres::testing::Server;
using store::sqlite::SqliteOptions;
using store::sqlite::SqliteStore;

class MemoryCases final : public CaseStore {
 public:
  explicit MemoryCases(std::shared_ptr<const schema::Schema> schema) : schema_(std::move(schema)) {}

  std::unique_ptr<store::Store> open(const std::function<void(store::Store&)>& fill) override {
    auto made = std::make_unique<store::memory::MemoryStore>(schema_);
    fill(*made);
    return made;
  }
  [[nodiscard]] bool refuses(const schema::Schema&) const override { return false; }

 private:
  std::shared_ptr<const schema::Schema> schema_;
};

class SqliteCases final : public CaseStore {
 public:
  explicit SqliteCases(std::shared_ptr<const schema::Schema> schema) : schema_(std::move(schema)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "trivet-rest-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~SqliteCases() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<store::Store> open(const std::function<void(store::Store&)>& fill) override {
    if (!filled_) {
      migrate("filled.db");
      fill(*open_file("filled.db"));
      filled_ = true;
    }
    const std::string name = "case" + std::to_string(++cases_) + ".db";
    std::filesystem::copy_file(folder_ / "filled.db", folder_ / name);
    return open_file(name);
  }

  [[nodiscard]] bool refuses(const schema::Schema& schema) const override {
    return schema.datasource.provider != schema::Provider::sqlite;
  }

 private:
  [[nodiscard]] SqliteOptions options(const std::string& name) const {
    SqliteOptions options;
    options.path = (folder_ / name).string();
    return options;
  }

  void migrate(const std::string& name) const {
    const auto migration = store::sqlite::plan_migration(options(name), *schema_);
    ASSERT_TRUE(migration) << migration.error().message;
    const auto applied =
        store::sqlite::apply_migration(options(name), *migration, store::sqlite::DataLoss::refuse);
    ASSERT_TRUE(applied) << applied.error().message;
  }

  std::unique_ptr<store::Store> open_file(const std::string& name) {
    auto opened = SqliteStore::open(options(name), pool_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? *std::move(opened) : nullptr;
  }

  std::shared_ptr<const schema::Schema> schema_;
  std::filesystem::path folder_;
  net::Pool pool_{{2, 100}};
  bool filled_ = false;
  int cases_ = 0;
};

// A database of a server of the tests' own. The rows are copied beside their tables, and back for
// each case.
class PostgresCases final : public CaseStore {
 public:
  explicit PostgresCases(std::shared_ptr<const schema::Schema> schema)
      : schema_(std::move(schema)) {
    options_.url = Server::instance().make_database();
    options_.connections = 1;
  }

  std::unique_ptr<store::Store> open(const std::function<void(store::Store&)>& fill) override {
    if (restore_.empty()) {
      migrate();
      fill(*std::make_unique<PostgresStore>(options_, std::vector<Executor>()));
      keep();
    } else {
      Server::instance().run(options_.url, restore_);
    }
    return std::make_unique<PostgresStore>(options_, std::vector<Executor>());
  }

  [[nodiscard]] bool refuses(const schema::Schema& schema) const override {
    return schema.datasource.provider != schema::Provider::postgresql;
  }

 private:
  void migrate() {
    const auto migration =
        store::postgres::plan_migration(options_, *schema_, store::postgres::Extras::drop);
    ASSERT_TRUE(migration) << migration.error().message << migration.error().details;
    const auto applied =
        store::postgres::apply_migration(options_, *migration, store::postgres::DataLoss::refuse);
    ASSERT_TRUE(applied) << applied.error().message << applied.error().details;
  }

  void keep() {
    const auto from_catalog = [this](const std::string& select) {
      return Server::instance().run(options_.url, select);
    };
    const std::string copies = from_catalog(
        "SELECT string_agg(format('CREATE TABLE kept.%1$I AS TABLE %1$I', tablename), '; ') FROM "
        "pg_tables WHERE schemaname = 'public'");
    const std::string tables = from_catalog(
        "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = "
        "'public'");
    const std::string rows = from_catalog(
        "SELECT string_agg(format('INSERT INTO %1$I TABLE kept.%1$I', tablename), '; ') FROM "
        "pg_tables WHERE schemaname = 'public'");
    const std::string numbers = sequences();
    from_catalog("CREATE SCHEMA kept; " + copies + numbers);
    // Without triggers, and so without the order that foreign keys ask for.
    restore_ = "SET session_replication_role = replica; TRUNCATE " + tables + "; " + rows + numbers;
  }

  // Sequences don't see the keys that rows came with; on the other stores counting goes on behind.
  [[nodiscard]] std::string sequences() const {
    std::string text;
    for (const schema::Model& model : schema_->models)
      for (const int column : model.columns) {
        const schema::Field& field = model.fields[column];
        if (model.is_view || field.default_value.kind != schema::DefaultKind::autoincrement)
          continue;
        const std::string table = store::sql::quote_identifier(model.db_name);
        const std::string last = "max(" + store::sql::quote_identifier(field.db_name) + ")";
        text += "; SELECT setval(pg_get_serial_sequence(" + store::sql::quote_literal(table) +
                ", " + store::sql::quote_literal(field.db_name) + "), coalesce(" + last + ", 1), " +
                last + " IS NOT NULL) FROM " + table;
      }
    return text;
  }

  std::shared_ptr<const schema::Schema> schema_;
  store::postgres::PostgresOptions options_;
  std::string restore_;
};

}  // namespace

std::unique_ptr<CaseStore> make_case_store(const std::string& name,
                                           std::shared_ptr<const schema::Schema> schema) {
  if (name == "postgresql") return std::make_unique<PostgresCases>(std::move(schema));
  if (name == "sqlite") return std::make_unique<SqliteCases>(std::move(schema));
  return std::make_unique<MemoryCases>(std::move(schema));
}

}  // namespace trivet::api::rest::testing
