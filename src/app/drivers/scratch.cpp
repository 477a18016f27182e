#include "app/drivers/scratch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "app/drivers/mysql_driver.h"
#include "app/drivers/postgres_driver.h"
#include "app/drivers/sqlite_driver.h"
#include "base/random.h"
#include "store/mysql/layout/session.h"
#include "store/mysql/layout/url.h"
#include "store/postgres/layout/session.h"
#include "store/postgres/layout/url.h"
#include "store/sql/render.h"

namespace trivet::app {
namespace {

namespace fs = std::filesystem;
namespace mysql = store::mysql;
namespace postgres = store::postgres;

result<void> make_tables(Driver& driver, const schema::Schema& schema) {
  TRIVET_TRY(const store::Migration migration, driver.plan(schema, Extras::keep));
  return driver.apply(migration, DataLoss::refuse);
}

class ScratchFile final : public ScratchDatabase {
 public:
  explicit ScratchFile(fs::path folder) : folder_(std::move(folder)) {}
  ~ScratchFile() override {
    driver_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  result<void> open(Config config, const schema::Schema& schema) {
    config.database_url = "file:" + (folder_ / "test.db").string();
    config.database_key.clear();
    TRIVET_TRY(driver_, make_sqlite_driver(config, schema, {}));
    return make_tables(*driver_, schema);
  }

  [[nodiscard]] Driver& driver() override { return *driver_; }
  result<void> advance_counters(const schema::Schema&) override { return {}; }

 private:
  fs::path folder_;
  std::unique_ptr<Driver> driver_;
};

// The same server, another database.
std::string with_database(const std::string& url, const std::string& name) {
  const size_t authority = url.find("://") + 3;
  const size_t end = std::min(url.find('?', authority), url.size());
  const size_t path = std::min(url.find('/', authority), end);
  return url.substr(0, path) + "/" + name + url.substr(end);
}

class ScratchOnServer final : public ScratchDatabase {
 public:
  ~ScratchOnServer() override {
    driver_.reset();
    if (server_ && !name_.empty())
      (void)server_->execute("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  }

  result<void> open(const Config& config, const std::string& url, const schema::Schema& schema) {
    postgres::PostgresOptions options;
    TRIVET_CHECK(postgres::read_url(url, options));
    TRIVET_TRY(server_, postgres::Session::open(options));
    SystemRandom random;
    const std::string name = fmt::format("trivet_test_{:016x}", random.next());
    if (auto made = server_->execute("CREATE DATABASE " + name); !made) {
      Error error = std::move(made).error();
      error.message = fmt::format("{}: no database for tests can be made there",
                                  postgres::without_password(url));
      error.hint = "`trivet test --store memory` needs none";
      return std::unexpected(std::move(error));
    }
    name_ = name;
    url_ = with_database(url, name);
    TRIVET_TRY(driver_, make_postgres_driver(config, schema, url_));
    return make_tables(*driver_, schema);
  }

  [[nodiscard]] Driver& driver() override { return *driver_; }

  result<void> advance_counters(const schema::Schema& schema) override {
    postgres::PostgresOptions options;
    TRIVET_CHECK(postgres::read_url(url_, options));
    TRIVET_TRY(const auto session, postgres::Session::open(options));
    for (const schema::Model& model : schema.models)
      for (int column : model.columns) {
        const schema::Field& field = model.fields[column];
        if (field.default_value.kind != schema::DefaultKind::autoincrement) continue;
        const std::string table = store::sql::quote_identifier(model.table());
        const std::string name = store::sql::quote_identifier(field.db_name);
        TRIVET_CHECK(session->execute(fmt::format(
            "SELECT setval(pg_get_serial_sequence({}, {}), greatest(max({}), 1), max({}) IS NOT "
            "NULL) FROM {}",
            store::sql::quote_literal(table), store::sql::quote_literal(field.db_name), name, name,
            table)));
      }
    return {};
  }

 private:
  std::unique_ptr<postgres::Session> server_;
  std::string name_;  // empty until it is made
  std::string url_;
  std::unique_ptr<Driver> driver_;
};

class ScratchOnMariaDB final : public ScratchDatabase {
 public:
  ~ScratchOnMariaDB() override {
    driver_.reset();
    if (server_ && !name_.empty()) (void)server_->execute("DROP DATABASE IF EXISTS " + name_);
  }

  result<void> open(const Config& config, const std::string& url, const schema::Schema& schema) {
    mysql::MysqlOptions options;
    TRIVET_CHECK(mysql::read_url(url, options));
    TRIVET_TRY(server_, mysql::Session::open(options));
    SystemRandom random;
    const std::string name = fmt::format("trivet_test_{:016x}", random.next());
    if (auto made = server_->execute("CREATE DATABASE " + name); !made) {
      Error error = std::move(made).error();
      error.message = fmt::format("{}: no database for tests can be made there",
                                  mysql::without_password(url));
      error.hint = "`trivet test --store memory` needs none";
      return std::unexpected(std::move(error));
    }
    name_ = name;
    TRIVET_TRY(driver_, make_mysql_driver(config, with_database(url, name)));
    return make_tables(*driver_, schema);
  }

  [[nodiscard]] Driver& driver() override { return *driver_; }
  result<void> advance_counters(const schema::Schema&) override { return {}; }

 private:
  std::unique_ptr<mysql::Session> server_;
  std::string name_;  // empty until it is made
  std::unique_ptr<Driver> driver_;
};

}  // namespace

result<std::unique_ptr<ScratchDatabase>> make_scratch_database(const Config& config,
                                                               const schema::Schema& schema,
                                                               const Environment& environment) {
  if (schema.datasource.provider == schema::Provider::postgresql) {
    TRIVET_TRY(const auto project, find_driver(config, schema, environment));
    auto made = std::make_unique<ScratchOnServer>();
    TRIVET_CHECK(made->open(config, written_url(config, schema, environment), schema));
    return made;
  }
  if (schema.datasource.provider == schema::Provider::mysql) {
    TRIVET_TRY(const auto project, find_driver(config, schema, environment));
    auto made = std::make_unique<ScratchOnMariaDB>();
    TRIVET_CHECK(made->open(config, written_url(config, schema, environment), schema));
    return made;
  }
  std::string pattern = (fs::temp_directory_path() / "trivet-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    return fail(ErrorCode::file_error, fmt::format("{}: no folder can be made", pattern));
  auto made = std::make_unique<ScratchFile>(pattern);
  TRIVET_CHECK(made->open(config, schema));
  return made;
}

}  // namespace trivet::app
