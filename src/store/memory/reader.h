// Evaluates a Level over a Database, word for word. Internal to store/memory.
#pragma once

#include <optional>
#include <vector>

#include "store/memory/database.h"
#include "store/query.h"

namespace trivet::store::memory {

class Reader {
 public:
  // All outlive the reader; what it makes lives in `arena`.
  Reader(const Database& database, std::span<const Value> params, Arena& arena)
      : database_(database), source_(database), params_(params), arena_(arena) {}

  // The root over `candidates`; `total`: rows before limit and offset.
  [[nodiscard]] result<Batch> read(const Level& level, std::vector<RowScope> candidates,
                                   int64_t* total);
  [[nodiscard]] std::vector<RowScope> all_rows(int model) const;
  [[nodiscard]] result<bool> holds(const Expr& predicate, const RowScope& row);
  // What Op::before means from now on; the cells outlive the reader.
  void set_before(std::span<const Value> cells) { before_ = cells; }
  [[nodiscard]] result<Value> value_of(const Expr& expr, const RowScope& row);

 private:
  struct ResultRow {
    std::vector<Value> keys;   // of the order
    std::vector<Value> cells;  // outputs
    RowScope row;              // of a group: its first row
  };

  result<void> filter(const Level& level, std::vector<RowScope>& rows);
  result<std::vector<ResultRow>> plain_rows(const Level& level, const std::vector<RowScope>& rows);
  result<std::vector<ResultRow>> grouped_rows(const Level& level,
                                              const std::vector<RowScope>& rows);
  result<Value> grouped_value(const Expr& expr, const std::vector<RowScope>& group);
  result<Value> aggregate(const Expr& expr, const std::vector<RowScope>& group);
  void order(const Level& level, std::vector<ResultRow>& rows) const;
  void drop_duplicates(const Level& level, std::vector<ResultRow>& rows) const;
  void cut(const Level& level, std::vector<ResultRow>& rows) const;
  result<Value> embed(const Embed& embed, const RowScope& row);
  result<std::vector<RowScope>> linked(const Embed& embed, const RowScope& row);
  const schema::Enum* enum_of(const Expr& expr) const;
  bool same(const Expr& expr, Value left, Value right) const;

  const Database& database_;
  DatabaseSource source_;
  std::span<const Value> params_;
  std::span<const Value> before_;
  Arena& arena_;
};

}  // namespace trivet::store::memory
