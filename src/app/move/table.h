// A model as it is copied: its columns in both databases, its key, and the many-to-many relations
// that it takes part in. Columns that the database computes are left to it. Immutable; any thread.
#pragma once

#include <string>
#include <vector>

#include "app/move/schema_pair.h"
#include "store/store.h"

namespace trivet::app {

enum class Times : uint8_t { keep, round };  // of a target with less precision: refuse, or round

struct CopiedColumn {
  int field = -1;
  Type from = Type::unknown;  // in the source
  Type to = Type::unknown;    // in the target
  int enum_index = -1;
  bool is_list = false;
  bool rounded = false;  // to milliseconds
};

// One end of an implicit many-to-many relation.
struct LinkEnd {
  int relation = -1;
  uint8_t side = 0;    // that this model is on
  int other = -1;      // model
  CopiedColumn other_key;
};

struct Table {
  int model = -1;
  std::string name;  // the model's
  std::vector<CopiedColumn> columns;
  std::vector<size_t> key;  // of columns
  std::vector<LinkEnd> links;
};

// Every table of the schemas. Errors: missing_capability for a model without a key, as its rows can't
// be told apart.
[[nodiscard]] result<std::vector<Table>> tables_of(const SchemaPair& pair, Times times);

}  // namespace trivet::app
