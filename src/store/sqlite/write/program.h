// ProgramRunner: runs the steps of Programs on the writing connection, inside a transaction that
// its caller opened.
//
// A program either leaves all of its changes or none: what one statement undoes by itself runs
// bare, as does what is alone in its transaction; everything else inside a savepoint. Rows that later steps need are remembered by row id.
// Used on the writer's thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "store/query.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/prepared.h"
#include "store/sqlite/write/violation.h"
#include "store/store.h"

namespace trivet::store::sqlite {

enum class ReadBack : uint8_t {
  none,
  each_row,  // row by row, in input order
  all_rows,  // one statement over the row ids: the answer has an order, a limit, groups
  before,    // delete: read what the step will match
};

struct PreparedStep {
  std::optional<Prepared> main;
  std::optional<Prepared> probe;       // upsert
  std::optional<Prepared> count;       // delete_ that may take rows of the step with others of it
  std::optional<Prepared> update_row;  // upsert
  std::vector<int> conflict_cells;     // upsert: positions among fields; -1 = not given
  std::vector<int> update_cells;
  bool keeps_rows = false;
  // update, upsert that a check looks back from (Op::before): the rows that will change, and one
  // row's columns. update: `matching` is set; upsert: its probe finds the row.
  std::optional<Prepared> matching;
  std::optional<Prepared> columns;
  bool looks_back = false;  // check: row by row, with the columns as they were
};

struct PreparedProgram {
  std::vector<PreparedStep> steps;
  std::optional<PreparedLevel> returning;
  ReadBack read_back = ReadBack::none;

  [[nodiscard]] static result<PreparedProgram> make(Connection& connection, const Program& program);
};

// Whether the transaction holds other programs too. One that is alone takes the transaction with
// it when it fails, and needs no savepoint: inside one, a statement with a conflict clause costs
// the more, the more pages the program has changed.
enum class Company : uint8_t { others, alone };

class ProgramRunner {
 public:
  ProgramRunner(Connection& connection, size_t programs_max)
      : connection_(connection), programs_(programs_max) {}

  // On error nothing of the program is left, or SQLite has rolled the whole transaction back (the
  // caller looks).
  result<WriteResult> run(const Program& program, const Params& params, Deadline deadline,
                          Company company);

 private:
  struct State;

  result<void> run_steps(State& state);
  result<void> run_step(State& state, size_t index);
  result<void> insert(State& state, size_t index);
  result<void> upsert(State& state, size_t index);
  result<bool> upsert_row(State& state, size_t index, std::span<const Value> cells);
  result<void> insert_row(State& state, size_t index, std::span<const Value> cells);
  // With absent cells: a statement without their columns.
  result<void> insert_partial(State& state, size_t index, std::span<const Value> cells);
  result<void> step_insert(State& state, size_t index, const Prepared& statement,
                           const FailedWrite& write);
  // The row's id afterwards: it changes with an integer key.
  result<int64_t> update_row(State& state, size_t index, std::span<const Value> cells, int64_t id);
  result<void> change(State& state, size_t index);
  result<void> find(State& state, size_t index);
  result<void> forbid(State& state, size_t index);
  result<void> check(State& state, size_t index);
  result<void> check_given(State& state, size_t index);
  result<void> check_changed(State& state, size_t index);
  // Notes the columns of a row that is about to change.
  result<void> keep_before(State& state, size_t index, int64_t row_id);
  result<void> keep_matching(State& state, size_t index);
  result<void> link(State& state, size_t index);
  result<void> read_back(State& state);
  result<void> check_singular(const State& state) const;
  result<void> check_foreign_keys(State& state);

  // Cells of one row with references replaced by what they refer to.
  result<std::span<const Value>> resolve_row(State& state, std::span<const Value> cells);
  result<Value> resolve(State& state, Value reference);
  result<void> resolve_params(State& state, size_t before_step);
  result<void> execute(const char* sql);
  result<void> end(const State& state, Company company, bool keep);

  Connection& connection_;
  PreparedCache<PreparedProgram> programs_;
  std::vector<Value> stack_;
  Arena scratch_;
};

}  // namespace trivet::store::sqlite
