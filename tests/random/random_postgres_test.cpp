// The same random operations on store/memory and on PostgreSQL: equal rows, counts and error codes.
#include <regex>

#include "comparison.h"
#include "store/postgres/layout/ddl.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/testing/server.h"
#include "store/sql/render.h"

namespace trivet::random {
namespace {

// The schema as it is written for PostgreSQL. Its default decimals have 30 digits behind the point,
// whatever was given; without limits they keep what they are given.
std::string for_postgresql(std::string text) {
  text = std::regex_replace(text, std::regex("\"sqlite\""), "\"postgresql\"");
  return std::regex_replace(text, std::regex(R"(Decimal(\?|))"), "Decimal$1 @db.Decimal");
}

// Stands on a whole millisecond: a default DateTime column keeps no more.
class WholeMilliseconds final : public engine::Environment {
 public:
  [[nodiscard]] int64_t now_us() const override { return 1'714'979'289'123'000; }
  void random_bytes(char* to, size_t count) override { fixed_.random_bytes(to, count); }

 private:
  engine::testing::FixedEnvironment fixed_;
};

// PostgreSQL's sequences don't see keys that are given, and don't forget those of rows that failed
// or were there before; the oracle's do. Here a function counts as the oracle does.
class PostgresComparison final : public Comparison {
 public:
  PostgresComparison(std::shared_ptr<const schema::Schema> schema,
                     store::postgres::PostgresStore& store, Environments environments, Start start)
      : Comparison(schema, store, environments, start), store_(store) {
    run({"CREATE TABLE trivet_last (name text PRIMARY KEY, last bigint NOT NULL DEFAULT 0)",
         "CREATE FUNCTION trivet_next(name text, key text) RETURNS bigint LANGUAGE plpgsql AS $$ "
         "DECLARE number bigint; BEGIN EXECUTE format('SELECT greatest(coalesce(max(%s), 0), "
         "(SELECT "
         "last FROM trivet_last t WHERE t.name = $1)) + 1 FROM %s', key, name) INTO number USING "
         "name; RETURN number; END $$"});
    for (const schema::Model& model : schema->models)
      for (const int column : model.columns) {
        const schema::Field& field = model.fields[column];
        if (field.default_value.kind != schema::DefaultKind::autoincrement) continue;
        count_up(store::sql::quote_identifier(model.db_name),
                 store::sql::quote_identifier(field.db_name));
      }
  }

 private:
  void settle() override { run(statements_); }
  void count_up(const std::string& table, const std::string& column) {
    run({"INSERT INTO trivet_last (name) VALUES ('" + table + "')",
         "ALTER TABLE " + table + " ALTER COLUMN " + column + " SET DEFAULT trivet_next('" + table +
             "', '" + column + "')"});
    statements_.push_back("UPDATE trivet_last SET last = greatest(last, coalesce((SELECT max(" +
                          column + ") FROM " + table + "), 0)) WHERE name = '" + table + "'");
  }
  void run(std::vector<std::string> statements) {
    const auto done = engine::testing::await(
        store_.execute(std::move(statements), engine::testing::no_deadline()));
    ASSERT_TRUE(done) << done.error().log_text;
  }

  store::postgres::PostgresStore& store_;
  std::vector<std::string> statements_;
};

class RandomOperations : public ::testing::TestWithParam<NamedSchema> {};

TEST_P(RandomOperations, AnswerTheSameOnPostgreSQL) {
  const Extent run = extent();
  const auto schema = engine::testing::make_schema(for_postgresql(GetParam().text));
  for (uint64_t seed = run.seed; seed < run.seed + run.seeds && !HasFailure(); ++seed) {
    store::postgres::PostgresOptions options;
    options.url = store::postgres::testing::Server::instance().make_database();
    store::postgres::PostgresStore store(options, {});
    const auto made = engine::testing::await(
        store.execute(store::postgres::render_database(*schema), engine::testing::no_deadline()));
    ASSERT_TRUE(made) << made.error().log_text;
    WholeMilliseconds oracle;
    WholeMilliseconds tested;
    PostgresComparison comparison(schema, store, {oracle, tested},
                                  {seed, Numbers::alike_everywhere});
    compare(comparison, {GetParam().name, seed, run.operations});
  }
}

INSTANTIATE_TEST_SUITE_P(Schemas, RandomOperations, ::testing::ValuesIn(schemas()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace trivet::random
