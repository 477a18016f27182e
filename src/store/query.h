// What a store is asked: a Query (a nested read) or a Program (an atomic list of writes with a read-back).
//
// Both are immutable once planned, are shared by threads, and carry an id that is unique in the process, by which a store
// keeps prepared statements. Parameters come beside them. A store never sees the schema's text, the planner or a rule:
// rules are already part of `where`, of masked outputs (Op::case_when) and of checks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "store/expr.h"
#include "value/arena.h"
#include "value/value.h"

namespace trivet::store {

struct Output {
  Expr expr;
};

struct OrderTerm {
  Expr expr;
  bool descending = false;
  bool nulls_first = false;  // always spelled out by the planner: asc → last, desc → first unless said
};

struct Embed;

// One level. A result row is outputs then embeds, in order.
struct Level {
  int model = -1;
  std::vector<Output> outputs;
  std::vector<Embed> embeds;
  std::optional<Expr> where;
  std::vector<OrderTerm> order;
  bool grouped = false;   // outputs hold aggregates; rows are grouped by the other outputs (none: one row always)
  // Of a root: a parameter with a JSON array of objects that have the table's columns, which are its rows instead of the
  // table's. -1 = none. Needs Capability::given_rows.
  int rows_param = -1;
  int limit_param = -1;   // Params::values index of an integer; -1 = none
  int offset_param = -1;
  bool distinct = false;
};

struct Embed {
  Link link;
  bool to_one = false;  // the cell is one row or null, else any number of rows
  Level level;
  std::optional<Expr> near;     // over the parent row: nothing is linked where it isn't true
  std::optional<Expr> through;  // over the junction row: only those for which it is true lead anywhere
};

enum class Cost : uint8_t {
  small,    // provably bounded: key lookups, limited indexed ranges; may run on the event loop
  unbounded // anything else; runs on a pool
};

struct Query {
  uint64_t id = 0;
  std::shared_ptr<const schema::Schema> schema;
  Level root;
  bool count = false;  // also count the root rows before limit and offset
  Cost cost = Cost::unbounded;
};

// Values for one run of a Query or Program. The caller keeps what the values view alive until the result is consumed.
// Rows of an insert or upsert: row-major, one cell per Step::fields entry. An absent cell is left to the database's default;
// where an upsert finds the row, to what it has.
struct RowBlock {
  uint32_t rows = 0;
  std::span<const Value> cells;
};
struct Params {
  std::vector<Value> values;
  std::vector<RowBlock> blocks;
};

struct Rows {
  Arena arena;  // owns everything that `batch` reaches
  Batch batch;
  std::optional<int64_t> total;  // when counted
};

enum class StepKind : uint8_t {
  insert,   // block
  upsert,   // block; on conflict of conflict_fields set update_fields (empty: leave the row)
  update,   // set fields to values where `where`
  delete_,  // where
  find,     // exactly one row must match `where`, else `error`; its fields may be referenced by later steps
  forbid,   // no row may match `where`, else `error`
  check,    // every row that step `of` wrote, or of a block to come, satisfies `where`, else `error`
  link,     // implicit many-to-many: insert pairs into the join table; block of two columns (A id, B id); duplicates ignored
  unlink,
};

enum class IfNone : uint8_t { fail, stop };  // a find without a row: its error, or the program ends with what it has done
enum class CheckRows : uint8_t {
  written,  // all rows that the step wrote
  updated,  // those that an upsert found
  given,    // the rows of the check's own block, before they are written: columns without a cell, or with an absent one, are null
};

struct Step {
  StepKind kind = StepKind::insert;
  int model = -1;
  int relation = -1;            // link, unlink
  std::vector<int> fields;      // insert, upsert, check: field of each block column; update: fields that are set
  std::vector<Expr> values;     // update: one per field (may read the old row)
  int block = -1;               // Params::blocks index
  std::optional<Expr> where;
  std::vector<int> conflict_fields;
  std::vector<int> update_fields;  // may be a subset of fields
  std::optional<Expr> conflict_where;  // upsert: rows that may be updated; a conflicting row that fails it is `error`
  int of = -1;                  // check
  CheckRows rows = CheckRows::written;  // check
  IfNone if_none = IfNone::fail;        // find
  std::optional<Error> error;   // find, forbid, check, upsert
  uint64_t rows_max = 0;        // update, delete: more affected rows is max_affected; 0 = no limit
};

struct Program {
  uint64_t id = 0;              // 0 = made for one run: don't cache
  std::shared_ptr<const schema::Schema> schema;
  std::vector<Step> steps;
  int returning_step = -1;      // the step whose rows the answer is about
  std::optional<Level> returning;  // read over those rows (by primary key; before the step for delete_), in the same transaction
  // The returning step must affect exactly one row (with a `where` in returning: show one), else not_singular and nothing is
  // written.
  bool singular = false;
  bool rollback = false;        // Prefer: tx=rollback: run everything, answer, undo
};

struct WriteResult {
  Rows rows;              // of `returning`, else empty
  int64_t affected = 0;   // rows of the returning step; with a `where` in returning, those shown
  int64_t inserted = 0;   // of those, new ones (upsert: 201 or 200)
};

}  // namespace trivet::store
