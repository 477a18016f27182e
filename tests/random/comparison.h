// Random operations on store/memory and on another store: equal rows, counts and error codes.
//
// For the tests of one store each: they make its tables and give it to a Comparison.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "engine/testing/harness.h"
#include "generator.h"
#include "schemas.h"
#include "store/memory/memory_store.h"
#include "value/json_writer.h"

namespace trivet::random {

using engine::Engine;
using engine::Operation;
using engine::OperationKind;

inline uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

inline std::string print_batch(const store::Level& level, const Batch& batch);

inline std::string print_row(const store::Level& level, std::span<const Value> row) {
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
inline std::string print_batch(const store::Level& level, const Batch& batch) {
  std::vector<std::string> rows;
  for (uint32_t i = 0; i < batch.rows; ++i) rows.push_back(print_row(level, batch.row(i)));
  if (level.order.empty()) std::ranges::sort(rows);
  std::string out;
  for (const std::string& row : rows) out += row + "\n";
  return "{" + out + "}";
}

// An expression for whoever reads a failure: operators by number.
inline std::string print_expr(const store::Expr& expr, const Generated& made) {
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

inline std::string print_operation(const Generated& made) {
  const store::Level& level = made.operation.selection;
  std::string out = made.story;
  if (level.where) out += "\n  where " + print_expr(*level.where, made);
  for (const store::Output& output : level.outputs)
    out += "\n  output " + print_expr(output.expr, made);
  for (const store::OrderTerm& term : level.order)
    out += "\n  order " + print_expr(term.expr, made);
  return out;
}

inline std::string answer(Engine& engine, const Generated& made) {
  const auto outcome = engine::testing::run(engine, made.operation, made.params, made.identity);
  if (!outcome && outcome.error().code == ErrorCode::internal)
    return "error XX000 " + outcome.error().log_text;
  if (!outcome) return "error " + std::string(error_code_info(outcome.error().code).text) + " ";
  std::string text = print_batch(made.operation.selection, outcome->rows.batch);
  if (outcome->rows.total) text += " total " + std::to_string(*outcome->rows.total);
  if (made.operation.kind != OperationKind::read)
    text += " affected " + std::to_string(outcome->affected) + " inserted " +
            std::to_string(outcome->inserted);
  return text;
}

// Of the two engines; equal, and not shared.
struct Environments {
  engine::Environment& oracle;
  engine::Environment& tested;
};

class Comparison {
 public:
  // The schema's tables must be in `tested`, empty.
  Comparison(std::shared_ptr<const schema::Schema> schema, store::Store& tested,
             Environments environments, Start start)
      : schema_(std::move(schema)),
        generator_(*schema_, start),
        memory_(schema_),
        may_refuse_(store::memory::MemoryStore(schema_).capabilities().bits &
                    ~tested.capabilities().bits),
        oracle_(schema_, memory_, environments.oracle, Limits()),
        tested_(schema_, tested, environments.tested, Limits()) {}
  virtual ~Comparison() = default;
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  // False once they differ.
  bool step(const Generated& made) {
    const std::string given = answer(tested_, made);
    // What the store says it can't do is refused before anything happens.
    if (may_refuse_ && given == "error PGRST127 ") {
      ++refusals_;
      return true;
    }
    const std::string wanted = answer(oracle_, made);
    if (made.operation.kind != OperationKind::read) settle();
    succeeded_ += wanted.starts_with("error") ? 0 : 1;
    // A write with several faults is refused by all, but which fault is met first is a store's own
    // affair.
    if (same(given, wanted)) return true;
    if (made.operation.kind != OperationKind::read && refused(given) &&
        refused(wanted)) {
      ++other_faults_;
      return true;
    }
    EXPECT_EQ(given, wanted) << print_operation(made);
    return false;
  }

  static bool refused(const std::string& text) {
    static constexpr auto codes =
        std::to_array<std::string_view>({"error 23502 ", "error 23503 ", "error 23505 ",
                                         "error 42501 ", "error PGRST116 ", "error PGRST124 "});
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
  [[nodiscard]] uint64_t refusals() const { return refusals_; }
  [[nodiscard]] uint64_t other_faults() const { return other_faults_; }

 private:
  // After a write, before the data are compared.
  virtual void settle() {}
  // Of two answers.
  [[nodiscard]] virtual bool same(const std::string& given, const std::string& wanted) const {
    return given == wanted;
  }

  std::shared_ptr<const schema::Schema> schema_;
  Generator generator_;
  store::memory::MemoryStore memory_;
  const bool may_refuse_;  // the store lacks something that memory has
  Engine oracle_;
  Engine tested_;
  uint64_t succeeded_ = 0;
  uint64_t other_faults_ = 0;
  uint64_t refusals_ = 0;
};

// What a run does; by default 500 operations in all.
struct Extent {
  uint64_t operations;  // on each schema
  uint64_t seed;        // the first
  uint64_t seeds;
};

inline Extent extent() {
  const bool whole = number_from("TRIVET_RANDOM_LONG", 0) != 0;
  return {number_from("TRIVET_RANDOM_OPERATIONS", whole ? 20'000 : 500 / schemas().size() + 1),
          number_from("TRIVET_RANDOM_SEED", 1), number_from("TRIVET_RANDOM_SEEDS", whole ? 5 : 1)};
}

struct Run {
  std::string schema;
  uint64_t seed;
  uint64_t operations;
};

inline void compare(Comparison& comparison, const Run& run) {
  for (uint64_t number = 0; number < run.operations; ++number)
    if (!comparison.run(number)) {
      ADD_FAILURE() << "TRIVET_RANDOM_SEED=" << run.seed << ", operation " << number << " of "
                    << run.schema;
      return;
    }
  // A generator whose operations mostly fail would compare nothing.
  EXPECT_GT(comparison.succeeded() * 2, run.operations);
  EXPECT_LT(comparison.refusals() * 3, run.operations);
  EXPECT_LT(comparison.other_faults() * 20, run.operations);
}

}  // namespace trivet::random
