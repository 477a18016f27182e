// Random schemas, rules, rows, callers and operations: the engine answers what an interpreter of the
// rules, which knows nothing of the engine, finds by looking at every row.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "engine/testing/harness.h"
#include "engine/testing/operation_text.h"
#include "oracle.h"
#include "store/mysql/layout/ddl.h"
#include "store/mysql/mysql_store.h"
#include "store/mysql/testing/server.h"
#include "store/postgres/layout/ddl.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/testing/server.h"
#include "store/sqlite/test_store.h"

namespace trivet::rules {
namespace {

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

Identity identity_of(const Spec& spec, const Caller& caller) {
  if (caller.service) return engine::testing::service();
  if (!caller.claims) return engine::testing::anonymous();
  std::string claims;
  for (const auto& [field, value] : *caller.claims)
    claims += (claims.empty() ? "\"" : ",\"") + spec.models[0].fields[field].name +
              "\":" + json_of(value);
  return engine::testing::user("{" + claims + "}");
}

enum class Kind : uint8_t { memory, sqlite, postgresql, mysql };

// Every second world is SQLite's, every fourth PostgreSQL's, every eighth MariaDB's.
Kind kind_of(uint64_t seed) {
  if (seed % 2 != 0) return Kind::sqlite;
  if (seed % 8 == 4 && store::mysql::testing::Server::is_installed()) return Kind::mysql;
  const bool on_server = seed % 4 == 2 && store::postgres::testing::Server::is_installed();
  return on_server ? Kind::postgresql : Kind::memory;
}

std::string text_for(Kind kind, std::string text) {
  const std::string sqlite = "\"sqlite\"";
  if (kind == Kind::postgresql) text.replace(text.find(sqlite), sqlite.size(), "\"postgresql\"");
  if (kind == Kind::mysql) text.replace(text.find(sqlite), sqlite.size(), "\"mysql\"");
  return text;
}

// One schema on one store.
class Trial {
 public:
  explicit Trial(uint64_t seed)
      : random_(seed),
        maker_(random_),
        spec_(maker_.make()),
        text_(text_for(kind_of(seed), schema_text(spec_))) {
    schema_ = engine::testing::make_schema(text_);
    if (schema_ == nullptr) return;
    open(kind_of(seed));
    if (store_ == nullptr) return;
    for (const auto& diagnostic : engine::Engine::check(*schema_, store_->capabilities()))
      ADD_FAILURE() << schema::render_diagnostic(schema_->files, diagnostic);
    if (::testing::Test::HasFailure()) return;
    engine_ = std::make_unique<engine::Engine>(schema_, *store_, environment_, Limits());
    fill();
  }

  // False once an answer is another.
  bool run(int operations) {
    RequestMaker requests(spec_, maker_, random_);
    for (int i = 0; i < operations && engine_ != nullptr; ++i) {
      const Caller caller = maker_.caller(spec_);
      const Request request = requests.make(world_, caller);
      const std::string given = answer(request.json, identity_of(spec_, caller));
      if (!as_expected(request.expected, given, caller)) {
        ADD_FAILURE() << text_ << "\nas " << identity_of(spec_, caller).claims_json
                      << (caller.service ? "service" : "") << "\n"
                      << request.json << "\ngives    " << given << "\nexpected "
                      << expectation(request.expected);
        return false;
      }
      if (!given.starts_with("fails")) world_ = request.expected.after;
      if (!request.json.starts_with("{\"read") && !same_data(request.json)) return false;
    }
    return engine_ != nullptr;
  }

  [[nodiscard]] int answered() const { return answered_; }
  [[nodiscard]] int folded() const { return folded_; }

 private:
  void open(Kind kind) {
    if (kind == Kind::memory) store_ = std::make_unique<store::memory::MemoryStore>(schema_);
    if (kind == Kind::sqlite) open_sqlite();
    if (kind == Kind::postgresql) open_postgresql();
    if (kind == Kind::mysql) open_mysql();
  }

  void open_sqlite() {
    store::sqlite::SqliteOptions options;
    options.path = folder_.file("data.db");
    auto migration = store::sqlite::plan_migration(options, *schema_);
    ASSERT_TRUE(migration) << migration.error().message;
    ASSERT_TRUE(
        store::sqlite::apply_migration(options, *migration, store::sqlite::DataLoss::accept));
    auto opened = store::sqlite::SqliteStore::open(options, pool_);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  void open_postgresql() {
    store::postgres::PostgresOptions options;
    options.url = store::postgres::testing::Server::instance().make_database();
    auto made = std::make_unique<store::postgres::PostgresStore>(options, std::vector<Executor>());
    const auto done = engine::testing::await(made->execute(
        store::postgres::render_database(*schema_), engine::testing::no_deadline()));
    ASSERT_TRUE(done) << done.error().log_text;
    store_ = std::move(made);
  }

  void open_mysql() {
    auto made = std::make_unique<store::mysql::MysqlStore>(
        store::mysql::testing::Server::instance().make_options(), std::vector<Executor>());
    const auto done = engine::testing::await(
        made->execute(store::mysql::render_database(store::mysql::describe_schema(*schema_)),
                      engine::testing::no_deadline()));
    ASSERT_TRUE(done) << done.error().log_text;
    store_ = std::move(made);
  }

  std::string answer(const std::string& json, const Identity& identity) {
    auto parsed = engine::testing::parse_operation(*schema_, *parse_json(json, 64));
    if (!parsed) return "bad " + parsed.error().message;
    auto outcome =
        engine::testing::run(*engine_, parsed->operation, parsed->params, identity);
    if (!outcome) return "fails " + std::string(error_code_info(outcome.error().code).text);
    if (!parsed->operation.returns_rows) return "affects " + std::to_string(outcome->affected);
    std::string text = "gives " + engine::testing::print_rows(parsed->operation.selection,
                                                              outcome->rows.batch);
    if (outcome->rows.total) text += " of " + std::to_string(*outcome->rows.total);
    return text;
  }

  static std::string expectation(const Expected& expected) {
    std::string out = expected.refusals.empty() ? expected.answer : "fails";
    for (const std::string& code : expected.refusals) out += " " + code;
    return out;
  }

  bool as_expected(const Expected& expected, const std::string& given, const Caller& caller) {
    const bool refused = given.starts_with("fails ");
    const std::string code = refused ? given.substr(6) : "";
    answered_ += refused ? 0 : 1;
    if (refused && expected.refusals.contains(code)) return true;
    if (!refused) return expected.refusals.empty() && given == expected.answer;
    // A field that no row can show or let change is refused by name.
    ++folded_;
    return code == "42501" && never(expected, caller);
  }

  bool never(const Expected& expected, const Caller& caller) const {
    const Interpreter rules(spec_, world_, caller);
    const auto hidden = [&](const auto& fields, Operation operation) {
      return std::ranges::any_of(fields, [&](const auto& one) {
        return std::ranges::none_of(world_.tables[one.first], [&](const auto& row) {
          return rules.field_allowed(one.first, one.second, operation, row.second);
        });
      });
    };
    return hidden(expected.read_fields, Operation::read) ||
           hidden(expected.set_fields, Operation::update);
  }

  void fill() {
    world_.tables.resize(spec_.models.size());
    world_.pairs.resize(spec_.relations.size());
    Caller service;
    service.service = true;
    RequestMaker requests(spec_, maker_, random_);
    for (size_t model = 0; model < spec_.models.size(); ++model)
      for (int64_t id = 1; id < 7; ++id) {
        const Row row = requests.row(world_, static_cast<int>(model), id);
        std::string json;
        for (size_t i = 0; i < row.size(); ++i)
          json += (i == 0 ? "\"" : ",\"") + spec_.models[model].fields[i].name +
                  "\":" + json_of(row[i]);
        std::vector<std::pair<int, std::pair<int64_t, int64_t>>> pairs;
        json += connections(static_cast<int>(model), id, pairs);
        const std::string done = answer("{\"create\":\"" + spec_.models[model].name +
                                            "\",\"rows\":[{" + json + "}]}",
                                        identity_of(spec_, service));
        if (done != "affects 1") continue;
        world_.tables[model][id] = row;
        for (const auto& [relation, pair] : pairs) world_.pairs[relation].insert(pair);
      }
  }

  // Pairs of many to many with rows that are there.
  std::string connections(int model, int64_t id,
                          std::vector<std::pair<int, std::pair<int64_t, int64_t>>>& pairs) {
    std::string json;
    for (const End& end : spec_.models[model].ends) {
      if (spec_.relations[end.relation].key >= 0) continue;
      std::string list;
      for (const auto& [other, row] : world_.tables[end.target]) {
        if (random_.below(3) != 0) continue;
        list += (list.empty() ? "" : ",") + std::string("{\"connect\":{\"id\":") +
                std::to_string(other) + "}}";
        pairs.push_back({end.relation, end.side == 0 ? std::pair{id, other} : std::pair{other, id}});
      }
      if (!list.empty()) json += ",\"" + end.name + "\":[" + list + "]";
    }
    return json;
  }

  bool same_data(const std::string& after) {
    for (size_t model = 0; model < spec_.models.size(); ++model) {
      std::string fields;
      for (const FieldSpec& field : spec_.models[model].fields)
        fields += (fields.empty() ? "\"" : ",\"") + field.name + "\"";
      std::string rows;
      for (const auto& [id, row] : world_.tables[model]) {
        rows += rows.empty() ? "[" : ",[";
        for (size_t i = 0; i < row.size(); ++i) rows += (i == 0 ? "" : ",") + json_of(row[i]);
        rows += "]";
      }
      const std::string given =
          answer("{\"read\":\"" + spec_.models[model].name + "\",\"select\":[" + fields +
                     "],\"order\":[\"id\"]}",
                 engine::testing::service());
      if (given == "gives [" + rows + "]") continue;
      ADD_FAILURE() << text_ << "\n" << after << "\nleft " << given << "\nexpected [" << rows << "]";
      return false;
    }
    return true;
  }

  SeededRandom random_;
  SpecMaker maker_;
  Spec spec_;
  std::string text_;
  std::shared_ptr<const schema::Schema> schema_;
  store::sqlite::TestFolder folder_;
  net::Pool pool_{{1, 16}};
  std::unique_ptr<store::Store> store_;
  engine::testing::FixedEnvironment environment_;
  std::unique_ptr<engine::Engine> engine_;
  World world_;
  int answered_ = 0;
  int folded_ = 0;
};

constexpr int operations_each = 40;

TEST(Rules, HoldAsAnInterpreterReadsThem) {
  const bool whole = number_from("TRIVET_RANDOM_LONG", 0) != 0;
  const uint64_t operations = number_from("TRIVET_RULES_OPERATIONS", whole ? 50'000 : 1'000);
  const uint64_t first = number_from("TRIVET_RULES_SEED", 1);
  uint64_t answered = 0;
  uint64_t folded = 0;
  const uint64_t trials = operations / operations_each;
  for (uint64_t seed = first; seed < first + trials; ++seed) {
    Trial trial(seed);
    if (!trial.run(operations_each)) {
      ADD_FAILURE() << "TRIVET_RULES_SEED=" << seed;
      return;
    }
    answered += static_cast<uint64_t>(trial.answered());
    folded += static_cast<uint64_t>(trial.folded());
  }
  std::cout << operations << " operations, " << answered << " answered, " << folded
            << " refused for a field that nobody could pass\n";
  // Operations that are mostly refused would compare nothing.
  EXPECT_GT(answered * 2, operations);
  EXPECT_LT(folded * 10, operations);
}

}  // namespace
}  // namespace trivet::rules
