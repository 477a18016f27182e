// A write plan and its parameters → the Program and Params that the store gets. Made per run;
// before the store is called.
#pragma once

#include <deque>
#include <optional>

#include "engine/execute/row_builder.h"
#include "store/query.h"

namespace trivet::engine {

class Writer {
 public:
  // `params` already holds the appended values; blocks are replaced. Everything outlives the
  // store's answer.
  Writer(const RunContext& context, store::Params& params)
      : context_(context), params_(params), rows_(context) {}

  // Afterwards program() and the params are ready, unless nothing() is true.
  [[nodiscard]] result<void> prepare();
  [[nodiscard]] bool nothing() const { return nothing_; }
  [[nodiscard]] const store::Program& program() const {
    return own_program_ ? *own_program_ : context_.plan.write.program;
  }

 private:
  struct RowReference {
    uint32_t step;
    uint32_t row;
  };
  struct Cell {
    int field;
    Value value;
  };

  result<void> prepare_update();
  result<void> prepare_rows();
  result<void> prepare_put(std::vector<Value>& cells, std::span<const ColumnSource> columns);
  result<void> check_root_rules(uint32_t rows, std::span<const Value> cells);
  store::RowBlock root_block() const;

  // Nested writes (nested.cpp; of the operation's own rows: nested_root.cpp).
  result<void> prepare_nested();
  result<void> prepare_nested_update();
  // The rows to write, with cells for `columns`; what they point to is written before them.
  result<std::vector<Value>> nested_root_rows(std::span<const ColumnSource> columns,
                                              std::span<const uint32_t> rows);
  result<std::vector<uint32_t>> nested_root_selection(std::span<const ColumnSource> columns);
  std::vector<ColumnSource> nested_root_columns() const;
  void emit_root_checks(uint32_t step);
  void begin_program();
  result<RowReference> emit_target(const NestedWrite& write, int model,
                                   const schema::Relation& relation);
  result<RowReference> emit_find(const NestedWrite& write, int model,
                                 const schema::Relation& relation);
  result<RowReference> emit_create(const NestedWrite& write, int model,
                                   std::span<const Cell> preset);
  result<std::vector<Cell>> emit_owners(std::span<const NestedWrite> writes, uint32_t row,
                                        int model);
  result<void> emit_dependents(std::span<const NestedWrite> writes, uint32_t row, int model,
                               RowReference parent);
  result<void> emit_dependent(const NestedWrite& write, int model, RowReference parent);
  void emit_link(const schema::Relation& relation, int side, RowReference parent,
                 RowReference target);
  void emit_relink(const schema::Relation& relation, int child, RowReference found,
                   RowReference parent);
  void emit_forbid(int model, const store::Expr& where, const FieldRules& rules);
  store::Expr reference_param(RowReference row, int field, Type type);
  // The row itself, by its key.
  store::Expr row_filter(int model, RowReference row);
  void emit_check(int model, const store::Expr& rule, uint32_t step, Error error);
  // Of the rows that `step`, which comes next, will write.
  void emit_check_before(const store::Step& step, const store::Expr& rule, Error error);
  uint32_t add_step(store::Step step);
  int add_block(uint32_t rows, std::vector<Value> cells);
  store::Expr key_filter(const NestedWrite& write, int model);
  const NestedRules& rules_of(int model) const;

  const RunContext& context_;
  store::Params& params_;
  RowBuilder rows_;
  std::deque<std::vector<Value>> cells_;  // of the new blocks
  std::optional<store::Program> own_program_;
  bool nothing_ = false;
};

}  // namespace trivet::engine
