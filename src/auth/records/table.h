// Table: the few shapes of operations by which accounts are kept, for one model of their schema, as the
// engine's operations: find, insert, put, update, remove.
//
// They run as the service; conditions are conjoined comparisons of a field and a value. What values
// view is kept alive by the caller until the task ends. Thread-safe. `engine` outlives it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/records/refusal.h"
#include "base/task.h"
#include "engine/engine.h"

namespace trivet::auth {

struct Condition {
  std::string_view field;
  store::Op op;  // a comparison; is_null has no value
  Value value{};
};

struct Assignment {
  std::string_view field;
  Value value;
};

// Rows that belong to the row that is inserted: one each.
struct Child {
  std::string_view relation;
  std::vector<Assignment> values;
};

struct Page {
  std::string_view order_by{};  // descending, then the key; empty = any order
  int64_t limit = -1;
  int64_t offset = 0;
  bool ascending = false;
  bool count = false;
};

class Table {
 public:
  Table(engine::Engine& engine, std::string_view model);

  // The rows' stored fields in the schema's order.
  [[nodiscard]] task<answer<store::Rows>> find(std::vector<Condition> where, Page page,
                                               store::Deadline deadline) const;
  // False: a unique field has the value already, nothing is written.
  [[nodiscard]] task<answer<bool>> insert(std::vector<Assignment> values, std::vector<Child> children,
                                          store::Deadline deadline) const;
  // Inserts, or replaces the row with these values of `key`.
  [[nodiscard]] task<answer<void>> put(std::vector<Assignment> values,
                                       std::vector<std::string_view> key,
                                       store::Deadline deadline) const;
  // How many rows; -1 as `insert`'s false.
  [[nodiscard]] task<answer<int64_t>> update(std::vector<Condition> where,
                                             std::vector<Assignment> values,
                                             store::Deadline deadline) const;
  [[nodiscard]] task<answer<int64_t>> remove(std::vector<Condition> where,
                                             store::Deadline deadline) const;

 private:
  struct Prepared {
    engine::Operation operation;
    store::Params params;
  };

  [[nodiscard]] int field(std::string_view name) const;
  void add_where(Prepared& prepared, const std::vector<Condition>& where) const;
  void add_order(Prepared& prepared, const Page& page) const;
  [[nodiscard]] Prepared prepare(engine::OperationKind kind) const;
  [[nodiscard]] task<result<engine::Outcome>> run(Prepared prepared,
                                                  store::Deadline deadline) const;

  engine::Engine& engine_;
  const std::shared_ptr<const schema::Schema> schema_;
  const int model_;
};

}  // namespace trivet::auth
