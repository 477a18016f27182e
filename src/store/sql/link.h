// A Link of an Expr or Embed in physical terms: which columns join the current row, a junction if
// any, and the target.
#pragma once

#include <string>
#include <vector>

#include "schema/schema.h"
#include "store/expr.h"

namespace trivet::store::sql {

struct ResolvedLink {
  int target = -1;               // model of the linked rows; without near_fields all of them
  std::vector<int> near_fields;  // fields of the current row
  std::vector<std::string>
      far_columns;       // what they equal: columns of the junction, or of the target without one
  std::string junction;  // table, empty = none
  std::string function;  // of the current row, that gives the linked ones; empty = they are in a table
  std::vector<std::string> junction_columns;  // what equals target_columns
  std::vector<std::string> target_columns;
};

[[nodiscard]] ResolvedLink resolve_link(const schema::Schema& schema, const Link& link);

}  // namespace trivet::store::sql
