// The same random operations on store/memory and on MariaDB: equal rows, counts and error codes.
// Documents sort by their text there (docs/mysql.md).
#include <regex>

#include "comparison.h"
#include "store/mysql/layout/ddl.h"
#include "store/mysql/layout/session.h"
#include "store/mysql/mysql_store.h"
#include "store/mysql/testing/server.h"
#include "store/sql/render.h"

namespace trivet::random {
namespace {

using store::mysql::Session;

// The schema as it is written for MySQL.
std::string for_mysql(const std::string& text) {
  return std::regex_replace(text, std::regex("\"sqlite\""), "\"mysql\"");
}

// Stands on a whole millisecond: a default DateTime column keeps no more.
class WholeMilliseconds final : public engine::Environment {
 public:
  [[nodiscard]] int64_t now_us() const override { return 1'714'979'289'123'000; }
  void random_bytes(char* to, size_t count) override { fixed_.random_bytes(to, count); }

 private:
  engine::testing::FixedEnvironment fixed_;
};

// AUTO_INCREMENT doesn't forget the keys of rows that failed; the oracle's counters do.
class MysqlComparison final : public Comparison {
 public:
  MysqlComparison(std::shared_ptr<const schema::Schema> schema, store::Store& store,
                  Environments environments, Start start, Session& session)
      : Comparison(schema, store, environments, start), session_(session) {
    for (const schema::Model& model : schema->models)
      for (const int column : model.columns) {
        const schema::Field& field = model.fields[column];
        if (field.default_value.kind != schema::DefaultKind::autoincrement) continue;
        counters_.push_back({store::sql::quote_identifier(model.db_name),
                             store::sql::quote_identifier(field.db_name), 0});
      }
  }

 private:
  struct Counter {
    std::string table;
    std::string column;
    int64_t last;
  };

  void settle() override {
    for (Counter& counter : counters_) {
      const auto highest = session_.query_integer("SELECT COALESCE(MAX(" + counter.column +
                                                  "), 0) FROM " + counter.table);
      ASSERT_TRUE(highest) << highest.error().log_text;
      counter.last = std::max(counter.last, *highest);
      const auto set = session_.execute("ALTER TABLE " + counter.table +
                                        " AUTO_INCREMENT = " + std::to_string(counter.last + 1));
      ASSERT_TRUE(set) << set.error().log_text;
    }
  }

  // DECIMAL(65,30) doesn't know which zeros were written, and a sum keeps as many digits as its terms.
  [[nodiscard]] bool same(const std::string& given, const std::string& wanted) const override {
    static const std::regex zeros(R"((\.[0-9]*[1-9])0+(?=[,\]])|\.0+(?=[,\]]))");
    return given == wanted || given == std::regex_replace(wanted, zeros, "$1");
  }

  Session& session_;
  std::vector<Counter> counters_;
};

class RandomOperations : public ::testing::TestWithParam<NamedSchema> {};

TEST_P(RandomOperations, AnswerTheSameOnMariaDB) {
  const Extent run = extent();
  const auto schema = engine::testing::make_schema(for_mysql(GetParam().text));
  for (uint64_t seed = run.seed; seed < run.seed + run.seeds && !HasFailure(); ++seed) {
    const store::mysql::MysqlOptions options =
        store::mysql::testing::Server::instance().make_options();
    const auto session = Session::open(options);
    ASSERT_TRUE(session) << session.error().log_text;
    store::mysql::MysqlStore store(options, {});
    for (const std::string& text :
         store::mysql::render_database(store::mysql::describe_schema(*schema))) {
      const auto made = (*session)->execute(text);
      ASSERT_TRUE(made) << text << '\n' << made.error().log_text;
    }
    WholeMilliseconds oracle;
    WholeMilliseconds tested;
    MysqlComparison comparison(schema, store, {oracle, tested},
                               {seed, Numbers::alike_everywhere, Documents::unordered}, **session);
    compare(comparison, {GetParam().name, seed, run.operations});
  }
}

INSTANTIATE_TEST_SUITE_P(Schemas, RandomOperations, ::testing::ValuesIn(schemas()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace trivet::random
