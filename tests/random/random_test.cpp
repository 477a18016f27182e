// The same random operations on store/memory and on SQLite: equal rows, counts and error codes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "engine/testing/harness.h"
#include "generator.h"
#include "net/pool.h"
#include "schemas.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_store.h"
#include "value/json_writer.h"

namespace trivet::random {
namespace {

using engine::Engine;
using engine::Operation;
using engine::OperationKind;

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

std::string print_batch(const store::Level& level, const Batch& batch);

std::string print_row(const store::Level& level, std::span<const Value> row) {
  std::string out = "[";
  for (size_t i = 0; i < row.size(); ++i) {
    if (i != 0) out += ',';
    if (i < level.outputs.size()) {
      append_json_value(out, row[i], level.outputs[i].expr.type, {});
      continue;
    }
    const store::Embed& embed = level.embeds[i - level.outputs.size()];
    if (row[i].is_null())
      out += "null";
    else
      out += print_batch(embed.level, *row[i].as_rows());
  }
  return out + "]";
}

// Rows in their order where one was asked for, else sorted as text.
std::string print_batch(const store::Level& level, const Batch& batch) {
  std::vector<std::string> rows;
  for (uint32_t i = 0; i < batch.rows; ++i) rows.push_back(print_row(level, batch.row(i)));
  if (level.order.empty()) std::ranges::sort(rows);
  std::string out;
  for (const std::string& row : rows) out += row + "\n";
  return "{" + out + "}";
}

// An expression for whoever reads a failure: operators by number.
std::string print_expr(const store::Expr& expr, const Generated& made) {
  std::string out = std::to_string(static_cast<int>(expr.op));
  if (expr.op == store::Op::column) out += "=column" + std::to_string(expr.field);
  if (expr.op == store::Op::param) {
    const Value value = made.params.values[expr.param];
    out += '=';
    if (!expr.is_list) append_json_value(out, value, expr.type, {});
    for (size_t i = 0; expr.is_list && i < value.as_list().size(); ++i) {
      append_json_value(out, value.as_list()[i], expr.type, {});
      out += ' ';
    }
  }
  if (!expr.key.empty()) out += " key " + expr.key;
  if (expr.args.empty()) return out;
  out += '(';
  for (const store::Expr& arg : expr.args) out += print_expr(arg, made) + ", ";
  return out + ")";
}

std::string print_operation(const Generated& made) {
  const store::Level& level = made.operation.selection;
  std::string out = made.story;
  if (level.where) out += "\n  where " + print_expr(*level.where, made);
  for (const store::Output& output : level.outputs)
    out += "\n  output " + print_expr(output.expr, made);
  for (const store::OrderTerm& term : level.order)
    out += "\n  order " + print_expr(term.expr, made);
  return out;
}

std::string answer(Engine& engine, const Generated& made) {
  const auto outcome = engine::testing::run(engine, made.operation, made.params, made.identity);
  if (!outcome) return "error " + std::string(error_code_info(outcome.error().code).text) + " ";
  std::string text = print_batch(made.operation.selection, outcome->rows.batch);
  if (outcome->rows.total) text += " total " + std::to_string(*outcome->rows.total);
  if (made.operation.kind != OperationKind::read)
    text += " affected " + std::to_string(outcome->affected) + " inserted " +
            std::to_string(outcome->inserted);
  return text;
}

class Comparison {
 public:
  Comparison(const NamedSchema& named, uint64_t seed)
      : schema_(engine::testing::make_schema(named.text)),
        generator_(*schema_, seed),
        pool_({1, 16}),
        memory_(schema_) {
    folder_ = std::filesystem::temp_directory_path() /
              ("trivet-random-" + named.name + "-" + std::to_string(seed) + "-" +
               std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    options_.path = (folder_ / "data.db").string();
    auto migration = store::sqlite::plan_migration(options_, *schema_);
    EXPECT_TRUE(migration) << migration.error().message;
    auto applied =
        store::sqlite::apply_migration(options_, *migration, store::sqlite::DataLoss::accept);
    EXPECT_TRUE(applied) << applied.error().message;
    auto opened = store::sqlite::SqliteStore::open(options_, pool_);
    EXPECT_TRUE(opened) << opened.error().message;
    sqlite_ = std::move(*opened);
    oracle_ = std::make_unique<Engine>(schema_, memory_, oracle_environment_, Limits());
    tested_ = std::make_unique<Engine>(schema_, *sqlite_, tested_environment_, Limits());
  }
  ~Comparison() {
    tested_.reset();
    sqlite_.reset();
    std::filesystem::remove_all(folder_);
  }

  // False once they differ.
  bool step(const Generated& made) {
    const std::string wanted = answer(*oracle_, made);
    const std::string given = answer(*tested_, made);
    succeeded_ += wanted.starts_with("error") ? 0 : 1;
    // A write with several faults is refused by all, but which fault is met first is a store's own
    // affair.
    if (given != wanted && made.operation.kind != OperationKind::read && refused(given) &&
        refused(wanted)) {
      ++other_faults_;
      return true;
    }
    EXPECT_EQ(given, wanted) << print_operation(made);
    return given == wanted;
  }

  static bool refused(const std::string& text) {
    static constexpr auto codes = std::to_array<std::string_view>(
        {"error 23502 ", "error 23503 ", "error 23505 ", "error 42501 ", "error PGRST116 ",
         "error PGRST124 "});
    return std::ranges::find(codes, text) != codes.end();
  }

  bool same_data() {
    for (size_t model = 0; model < schema_->models.size(); ++model)
      if (!step(generator_.make_dump(static_cast<int>(model)))) return false;
    return true;
  }

  bool fill() {
    for (int round = 0; round < 3; ++round)
      for (size_t model = 0; model < schema_->models.size(); ++model)
        for (int i = 0; i < 4; ++i)
          if (!step(generator_.make_create(static_cast<int>(model), 1))) return false;
    return true;
  }

  bool run(uint64_t number) {
    if (number % 100 == 0 && !fill()) return false;
    const Generated made = generator_.make();
    if (!step(made)) return false;
    return made.operation.kind == OperationKind::read || same_data();
  }

  [[nodiscard]] uint64_t succeeded() const { return succeeded_; }
  [[nodiscard]] uint64_t other_faults() const { return other_faults_; }

 private:
  std::shared_ptr<const schema::Schema> schema_;
  Generator generator_;
  net::Pool pool_;
  std::filesystem::path folder_;
  store::sqlite::SqliteOptions options_;
  store::memory::MemoryStore memory_;
  std::unique_ptr<store::sqlite::SqliteStore> sqlite_;
  engine::testing::FixedEnvironment oracle_environment_;
  engine::testing::FixedEnvironment tested_environment_;
  std::unique_ptr<Engine> oracle_;
  std::unique_ptr<Engine> tested_;
  uint64_t succeeded_ = 0;
  uint64_t other_faults_ = 0;
};

// What a run does; by default 500 operations in all.
struct Extent {
  uint64_t operations;  // on each schema
  uint64_t seed;        // the first
  uint64_t seeds;
};

Extent extent() {
  const bool whole = number_from("TRIVET_RANDOM_LONG", 0) != 0;
  return {number_from("TRIVET_RANDOM_OPERATIONS", whole ? 20'000 : 500 / schemas().size() + 1),
          number_from("TRIVET_RANDOM_SEED", 1), number_from("TRIVET_RANDOM_SEEDS", whole ? 5 : 1)};
}

class RandomOperations : public ::testing::TestWithParam<NamedSchema> {
 protected:
  static void compare(uint64_t seed, uint64_t operations) {
    Comparison comparison(GetParam(), seed);
    for (uint64_t number = 0; number < operations; ++number)
      if (!comparison.run(number)) {
        ADD_FAILURE() << "TRIVET_RANDOM_SEED=" << seed << ", operation " << number << " of "
                      << GetParam().name;
        return;
      }
    // A generator whose operations mostly fail would compare nothing.
    EXPECT_GT(comparison.succeeded() * 2, operations);
    EXPECT_LT(comparison.other_faults() * 20, operations);
  }
};

TEST_P(RandomOperations, AnswerTheSame) {
  const Extent run = extent();
  for (uint64_t seed = run.seed; seed < run.seed + run.seeds && !HasFailure(); ++seed)
    compare(seed, run.operations);
}

INSTANTIATE_TEST_SUITE_P(Schemas, RandomOperations, ::testing::ValuesIn(schemas()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace trivet::random
