// Rendered SQL: what a driver prepares once and then binds and steps many times.
//
// A read Level becomes one statement; its embedded levels become statements of their own that a
// driver in the same process runs per parent row, bound to the parent's key cells. Plain values;
// thread-safe once made.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "value/type.h"

namespace trivet::store::sql {

enum class BindKind : uint8_t {
  param,  // Params::values[index]
  list,   // Params::values[index], a list bound as one table-valued parameter
  cell,   // the index-th cell that the driver brings: a parent's key, a block's cell
  limit,  // Params::values[index]; null = none
  rows,   // the driver's list of row ids
};

// What the parameter with the number `position in bindings` + 1 is bound to.
struct Binding {
  BindKind kind = BindKind::param;
  int index = 0;
  Type type = Type::unknown;
  int enum_index = -1;  // of Type::enum_, in a typed dialect

  friend bool operator==(const Binding&, const Binding&) = default;
};

struct Statement {
  std::string text;
  std::vector<Binding> bindings;
};

struct EmbedStatement;

struct LevelStatement {
  Statement select;
  std::vector<Type>
      outputs;  // result columns; columns that only key the embedded levels come after them
  std::vector<EmbedStatement> embeds;
  [[nodiscard]] uint32_t columns() const;
};

struct EmbedStatement {
  std::vector<int> keys;  // result columns of the parent, bound to the child's cells 0…; a null
                          // among them = no rows
  bool to_one = false;
  LevelStatement level;
};

inline uint32_t LevelStatement::columns() const {
  return static_cast<uint32_t>(outputs.size() + embeds.size());
}

}  // namespace trivet::store::sql
