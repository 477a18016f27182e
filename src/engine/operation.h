// Operation: the protocol-neutral request that every front end produces and the engine runs.
//
// Names are already resolved against the schema; rules are not yet applied (engine/policy does that, for every front end
// alike). Constants are in Params, so operations of one shape share one plan: the front end gives `shape`, a text that is
// equal for two operations exactly when they differ in nothing but Params (plus the schema and who asks, which the engine
// adds). A value type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/query.h"

namespace trivet::engine {

enum class OperationKind : uint8_t { read, create, update, upsert, delete_ };
enum class CountKind : uint8_t { none, exact, planned, estimated };

// Nested writes around a row: a JSON object inside a relation field creates or connects. Around an update they are for one row:
// none found, nothing is written; several are refused.
struct NestedWrite {
  uint32_t row = 0;         // row of the enclosing block
  int relation_field = -1;  // field of the enclosing model
  bool connect = false;     // find by a unique key (fields/values are exactly that key), else create
  std::vector<int> fields;  // fields of the target model
  std::vector<Value> values;
  std::vector<NestedWrite> nested;  // row is 0 in these
};

struct WriteSpec {
  std::vector<int> fields;  // create, upsert: columns of Params::blocks[block]; update: fields set, to block row 0
  int block = -1;
  // create: Params::blocks cells of fields given by some rows only hold Value::absent() where the row lacks them.
  bool default_missing = false;  // absent cells take the default, else NULL
  std::vector<int> conflict_fields;  // upsert: unique key
  bool ignore_duplicates = false;    // upsert
  bool put = false;                  // PUT: `where` of selection fixes the primary key
  uint64_t rows_max = 0;             // max-affected; 0 = none
  bool singular = false;
  bool rollback = false;
  std::vector<NestedWrite> nested;
};

struct Operation {
  OperationKind kind = OperationKind::read;
  std::string shape;
  // read: everything. update, delete: root.where selects the rows. Writes that return rows: outputs, embeds, order of the answer.
  store::Level selection;
  bool returns_rows = true;  // reads always
  // Writes that return rows: which of those written the answer shows. Absent = all.
  std::optional<store::Expr> shown;
  CountKind count = CountKind::none;
  WriteSpec write;
};

}  // namespace trivet::engine
