// The same random operations on store/memory and on SQLite: equal rows, counts and error codes.
#include <unistd.h>

#include <filesystem>

#include "comparison.h"
#include "net/pool.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_store.h"

namespace trivet::random {
namespace {

// An SQLite file with a schema's tables; goes with the object.
class SqliteFile {
 public:
  SqliteFile(const std::string& name, const schema::Schema& schema)
      : folder_(std::filesystem::temp_directory_path() /
                ("trivet-random-" + name + "-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    options_.path = (folder_ / "data.db").string();
    auto migration = store::sqlite::plan_migration(options_, schema);
    EXPECT_TRUE(migration) << migration.error().message;
    auto applied =
        store::sqlite::apply_migration(options_, *migration, store::sqlite::DataLoss::accept);
    EXPECT_TRUE(applied) << applied.error().message;
    auto opened = store::sqlite::SqliteStore::open(options_, pool_);
    EXPECT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  ~SqliteFile() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

  [[nodiscard]] store::Store& store() { return *store_; }

 private:
  net::Pool pool_{{1, 16}};
  std::filesystem::path folder_;
  store::sqlite::SqliteOptions options_;
  std::unique_ptr<store::sqlite::SqliteStore> store_;
};

class RandomOperations : public ::testing::TestWithParam<NamedSchema> {};

TEST_P(RandomOperations, AnswerTheSame) {
  const Extent run = extent();
  const auto schema = engine::testing::make_schema(GetParam().text);
  for (uint64_t seed = run.seed; seed < run.seed + run.seeds && !HasFailure(); ++seed) {
    SqliteFile file(GetParam().name, *schema);
    engine::testing::FixedEnvironment oracle;
    engine::testing::FixedEnvironment tested;
    Comparison comparison(schema, file.store(), {oracle, tested}, {seed});
    compare(comparison, {GetParam().name, seed, run.operations});
  }
}

INSTANTIATE_TEST_SUITE_P(Schemas, RandomOperations, ::testing::ValuesIn(schemas()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace trivet::random
