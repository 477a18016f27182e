// Runs a Program over a copy of a Database, step by step, and keeps its constraints. Internal to
// store/memory.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "store/memory/database.h"
#include "store/memory/reader.h"
#include "store/query.h"

namespace trivet::store::memory {

class Writer {
 public:
  // All outlive the writer. On error `database` is left half changed: throw it away.
  Writer(Database& database, const Program& program, const Params& params)
      : database_(database), schema_(*database.schema), program_(program), params_(params) {}

  [[nodiscard]] result<WriteResult> run();

 private:
  struct Done {  // what a step wrote
    int model = -1;
    std::vector<uint64_t> rows;
    std::vector<RowPointer> deleted;
    std::vector<uint64_t> updated;  // of an upsert: those that were there
    std::vector<RowPointer> before;  // rows of an update or upsert as they were
    int64_t inserted = 0;
  };
  using Cells = std::vector<Value>;

  result<void> run_step(const Step& step, Done& done);
  result<void> insert(const Step& step, Done& done);
  result<void> upsert(const Step& step, Done& done);
  result<void> update(const Step& step, Done& done);
  result<void> delete_rows(const Step& step, Done& done);
  result<void> find(const Step& step, Done& done);
  result<void> forbid(const Step& step);
  result<void> check(const Step& step);
  result<void> check_given(const Step& step);
  result<void> link(const Step& step);
  result<void> answer(const Step& step, const Done& done, WriteResult& to);

  result<Value> resolve(Value value) const;
  result<void> resolve_params();
  result<std::vector<RowPointer>> matching(const Step& step);
  result<Cells> block_row(const Step& step, uint32_t row);
  void drop_scales(int model, Cells& cells) const;
  result<void> insert_row(int model, Cells cells, Done& done);
  result<void> replace_row(int model, const RowPointer& old, Cells cells);
  void count_up(int model, Cells& cells);

  // Constraints (constraints.cpp).
  result<void> check_not_null(int model, const Cells& cells) const;
  result<void> check_unique(int model, const Cells& cells, uint64_t self) const;
  result<void> check_foreign_keys() const;
  result<void> check_join(const schema::Relation& relation, const RowPointer& pair) const;
  const RowPointer* find_equal(int model, std::span<const int> fields, const Cells& cells,
                               uint64_t self) const;
  bool references(const schema::Relation& relation, const Cells& child, const Cells& parent) const;

  // What happens to rows that point at a row whose key goes away or changes (actions.cpp).
  result<void> remove_row(int model, RowPointer row);
  result<void> follow_delete(int model, const RowPointer& old);
  result<void> follow_update(int model, const RowPointer& old, const Cells& cells);
  result<void> follow(const schema::Relation& relation, schema::ReferentialAction action,
                      const RowPointer& old, const Cells* cells);
  void follow_joins(int model, const RowPointer& old, const Cells* cells);
  Value default_value(const schema::Field& field, Arena& arena) const;

  Database& database_;
  const schema::Schema& schema_;
  const Program& program_;
  const Params& params_;
  std::vector<Value> values_;  // parameters with references resolved
  std::vector<Done> done_;
  bool stopped_ = false;  // a find without a row ended the program
  std::vector<RowPointer> replaced_;  // keeps cells that resolved references view
  Arena arena_;
};

[[nodiscard]] std::string key_text(const schema::Model& model, std::span<const int> fields,
                                   std::span<const Value> cells);

}  // namespace trivet::store::memory
