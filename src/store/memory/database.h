// The data of a MemoryStore: rows, tables and join tables of one schema. A value; copies share
// rows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "schema/schema.h"
#include "store/evaluate.h"
#include "value/arena.h"
#include "value/value.h"

namespace trivet::store::memory {

struct Row {
  uint64_t id = 0;  // stays when the row is updated
  std::vector<Value> cells;
  Arena arena;  // of the cells
};
using RowPointer = std::shared_ptr<const Row>;

struct Table {
  std::vector<RowPointer> rows;
  int64_t last_number = 0;  // of the column that counts up
};

struct Database {
  std::shared_ptr<const schema::Schema> schema;
  std::vector<Table> tables;                   // by model
  std::vector<std::vector<RowPointer>> joins;  // by relation: cells A, B
  uint64_t next_row_id = 1;

  [[nodiscard]] const schema::Model& model(int index) const { return schema->models[index]; }
  [[nodiscard]] RowPointer find(int model, uint64_t id) const;
};

[[nodiscard]] RowPointer make_row(uint64_t id, std::span<const Value> cells);

// Equality of two stored cells; null equals nothing.
[[nodiscard]] bool cells_equal(const schema::Schema& schema, const schema::Field& field, Value left,
                               Value right);

// Links between the rows of a database.
class DatabaseSource final : public RowSource {
 public:
  explicit DatabaseSource(const Database& database) : database_(database) {}
  void for_each_linked(const RowScope& from, const Link& link,
                       const std::function<bool(const RowScope&)>& visit) const override;

 private:
  bool step(const RowScope& from, int relation, int side,
            const std::function<bool(const RowScope&)>& visit) const;
  bool joined(const RowScope& from, const schema::Relation& relation, int side,
              const std::function<bool(const RowScope&)>& visit) const;

  const Database& database_;
};

}  // namespace trivet::store::memory
