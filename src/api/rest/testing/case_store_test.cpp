#include "api/rest/testing/case_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "net/pool.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_store.h"

namespace trivet::api::rest::testing {
namespace {

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

}  // namespace

std::unique_ptr<CaseStore> make_case_store(const std::string& name,
                                           std::shared_ptr<const schema::Schema> schema) {
  if (name == "sqlite") return std::make_unique<SqliteCases>(std::move(schema));
  return std::make_unique<MemoryCases>(std::move(schema));
}

}  // namespace trivet::api::rest::testing
