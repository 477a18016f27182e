// Random operations over a schema, repeatable from a seed. Values come from small pools, so that
// they meet.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "engine/operation.h"
#include "schema/schema.h"
#include "value/arena.h"
#include "value/identity.h"

namespace trivet::random {

struct Generated {
  engine::Operation operation;
  store::Params params;
  Identity identity;
  std::string story;  // what it is, for whoever reads a failure
  std::vector<std::unique_ptr<std::vector<Value>>> cells;
};

// What becomes of zeros behind a decimal's fraction (docs/decisions/0002) and of a JSON number with
// a large exponent is each store's own.
enum class Numbers : uint8_t { any, alike_everywhere };
// Whether JSON documents are compared and sorted by their order, too.
enum class Documents : uint8_t { ordered, unordered };

struct Start {
  uint64_t seed;
  Numbers numbers = Numbers::any;
  Documents documents = Documents::ordered;
};

class Generator {
 public:
  Generator(const schema::Schema& schema, Start start)
      : schema_(schema),
        numbers_(start.numbers),
        documents_(start.documents),
        random_(start.seed) {}

  [[nodiscard]] Generated make();
  // A create of `rows` rows as the service.
  [[nodiscard]] Generated make_create(int model, uint32_t rows);
  // Everything in a model, by key.
  [[nodiscard]] Generated make_dump(int model);

 private:
  using Expr = store::Expr;

  // generator.cpp
  store::Level level(int model, int depth);
  void add_outputs(store::Level& level);
  void add_aggregates(store::Level& level);
  void add_embeds(store::Level& level, int depth);
  void add_order(store::Level& level);
  void add_key_order(store::Level& level);
  Identity identity();

  // generator_filter.cpp
  Expr predicate(int model, int depth);
  Expr comparison(int model);
  Expr text_match(int model, int field);
  Expr text_search(int model, int field);
  Expr json_test(int model, int field);
  Expr linked(int model, int depth);
  Expr value_expr(int model);
  Expr column(int model, int field) const;
  Expr param(Value value, const Expr& like, bool list = false);
  int pick_column(int model);
  store::Link pick_link(int model, bool to_one, bool& found);
  int target_of(const store::Link& link) const;
  Value pick_value(const schema::Field& field, bool null_allowed);
  Value pick_text();
  std::string_view pick_document();

  // generator_write.cpp
  void write(int model);
  void add_block(const std::vector<int>& fields, uint32_t rows);
  std::vector<int> pick_fields(int model, bool all_required);
  void add_nested(int model, uint32_t rows);
  void conflict_target(int model);

  uint64_t below(uint64_t bound) { return random_.below(bound); }
  bool chance(uint64_t percent) { return random_.below(100) < percent; }

  const schema::Schema& schema_;
  const Numbers numbers_;
  const Documents documents_;
  [[nodiscard]] bool unordered(const Expr& expr) const {
    return expr.type == Type::jsonb && documents_ == Documents::unordered;
  }
  SeededRandom random_;
  Arena arena_;
  Generated made_;
};

}  // namespace trivet::random
