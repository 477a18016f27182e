#include "api/rest/testing/case_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "net/pool.h"
#include "store/mysql/layout/migrate.h"
#include "store/mysql/layout/session.h"
#include "store/mysql/layout/url.h"
#include "store/mysql/mysql_store.h"
#include "store/mysql/testing/server.h"
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
using MariaDB = store::mysql::testing::Server;
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

// A database of a server of the tests' own. The rows are copied to another one, and back for each
// case.
class MariaDBCases final : public CaseStore {
 public:
  explicit MariaDBCases(std::shared_ptr<const schema::Schema> schema)
      : schema_(std::move(schema)),
        url_(MariaDB::instance().make_database()),
        kept_(MariaDB::instance().make_database()) {
    const auto read = store::mysql::read_url(url_, options_);
    EXPECT_TRUE(read);
    options_.connections = 1;
  }

  std::unique_ptr<store::Store> open(const std::function<void(store::Store&)>& fill) override {
    if (tables_.empty()) {
      migrate();
      fill(*std::make_unique<store::mysql::MysqlStore>(options_, std::vector<Executor>()));
      keep();
    } else {
      restore();
    }
    return std::make_unique<store::mysql::MysqlStore>(options_, std::vector<Executor>());
  }

  [[nodiscard]] bool refuses(const schema::Schema& schema) const override {
    return schema.datasource.provider != schema::Provider::mysql;
  }

 private:
  void migrate() {
    const auto migration =
        store::mysql::plan_migration(options_, *schema_, store::Extras::drop);
    ASSERT_TRUE(migration) << migration.error().message << migration.error().details;
    const auto applied =
        store::mysql::apply_migration(options_, *migration, store::DataLoss::refuse);
    ASSERT_TRUE(applied) << applied.error().message << applied.error().details;
    const auto again =
        store::mysql::plan_migration(options_, *schema_, store::Extras::drop);
    ASSERT_TRUE(again) << again.error().message << again.error().details;
    for (const auto& step : again->steps)
      ADD_FAILURE() << "a second migration to the same schema: " << step.sql.front();
  }

  void run(const std::vector<std::string>& statements) {
    const auto session = store::mysql::Session::open(options_);
    ASSERT_TRUE(session) << session.error().log_text;
    for (const std::string& text : statements) {
      const auto done = (*session)->execute(text);
      ASSERT_TRUE(done) << text << ": " << done.error().log_text;
    }
  }

  void keep() {
    store::mysql::MysqlOptions kept;
    ASSERT_TRUE(store::mysql::read_url(kept_, kept));
    const auto session = store::mysql::Session::open(options_);
    ASSERT_TRUE(session);
    const auto rows = (*session)->query(
        "SELECT TABLE_NAME, COALESCE(AUTO_INCREMENT, 0) FROM information_schema.TABLES WHERE "
        "TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'");
    ASSERT_TRUE(rows);
    std::vector<std::string> copies;
    for (const auto& row : *rows) {
      const std::string name = store::sql::quote_identifier(row[0]);
      const std::string copy = store::sql::quote_identifier(kept.database) + "." + name;
      tables_.push_back({name, copy, row[1]});
      copies.push_back("CREATE TABLE " + copy + " AS SELECT * FROM " + name);
    }
    run(copies);
  }

  // Without the order that foreign keys ask for.
  void restore() {
    std::vector<std::string> statements{
        "SET foreign_key_checks = 0, sql_mode = 'ANSI_QUOTES,NO_AUTO_VALUE_ON_ZERO'"};
    for (const Table& table : tables_) {
      statements.push_back("DELETE FROM " + table.name);
      statements.push_back("INSERT INTO " + table.name + " SELECT * FROM " + table.copy);
      if (table.next != "0")
        statements.push_back("ALTER TABLE " + table.name + " AUTO_INCREMENT = " + table.next);
    }
    run(statements);
  }

  struct Table {
    std::string name;
    std::string copy;
    std::string next;  // number that it counts on from; 0 = it doesn't count
  };

  std::shared_ptr<const schema::Schema> schema_;
  std::string url_;
  std::string kept_;
  store::mysql::MysqlOptions options_;
  std::vector<Table> tables_;
};

}  // namespace

std::unique_ptr<CaseStore> make_case_store(const std::string& name,
                                           std::shared_ptr<const schema::Schema> schema) {
  if (name == "postgresql") return std::make_unique<PostgresCases>(std::move(schema));
  if (name == "mysql") return std::make_unique<MariaDBCases>(std::move(schema));
  if (name == "sqlite") return std::make_unique<SqliteCases>(std::move(schema));
  return std::make_unique<MemoryCases>(std::move(schema));
}

}  // namespace trivet::api::rest::testing
