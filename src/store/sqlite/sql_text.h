// What SQLite tells only as the text of a CREATE statement: conditions of partial indexes,
// AUTOINCREMENT, generated columns, CHECK. Pure; any bytes are allowed as input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trivet::store::sqlite {

// The condition of CREATE INDEX … WHERE condition; empty = none.
[[nodiscard]] std::string index_condition(std::string_view create_index);

struct GeneratedColumn {
  std::string name;
  std::string expression;  // without its parentheses
  bool stored = false;
};

struct TableText {
  bool autoincrement = false;
  bool without_rowid = false;
  std::vector<GeneratedColumn> generated;
  std::vector<std::string> checks;  // conditions, without their parentheses
};

[[nodiscard]] TableText read_create_table(std::string_view create_table);

}  // namespace trivet::store::sqlite
