// One run of a Program: its steps, one after another, in one transaction on one connection.
//
// A program that is a single statement needs no transaction around it. Rows that a later step or the
// answer needs are remembered by their keys: MariaDB's UPDATE returns nothing, so they are read, and
// locked, before they change. Made for one run; on the lane's loop.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/task.h"
#include "store/mysql/connection.h"
#include "store/mysql/write/statements.h"
#include "store/query.h"
#include "store/store.h"

namespace trivet::store::mysql {

// Equal for equal keys.
[[nodiscard]] std::string key_text(std::span<const Value> key);

class ProgramRun {
 public:
  // All outlive the run.
  ProgramRun(Connection& connection, const Program& program, const Params& params,
             Deadline deadline);
  ProgramRun(const ProgramRun&) = delete;
  ProgramRun& operator=(const ProgramRun&) = delete;

  task<result<WriteResult>> run();
  // Whether nothing of the failed run was kept and another one may end well.
  [[nodiscard]] bool may_repeat() const { return may_repeat_; }

 private:
  struct Written {            // what a step made
    std::vector<int> fields;  // that are wanted of its rows: the keys among them
    bool looks_back = false;  // a check wants the model's columns as they were
    std::vector<std::vector<Value>> rows;    // by `fields`
    std::vector<std::vector<Value>> before;  // by the model's columns
    std::vector<bool> updated;               // upsert: whether the row was there
    int64_t affected = 0;
    int64_t inserted = 0;
  };
  using Row = std::vector<Value>;

  void find_needed_fields();
  void need(size_t step, int field);
  [[nodiscard]] bool is_one_statement() const;
  [[nodiscard]] Value resolve(Value value) const;
  [[nodiscard]] Row row_of(const RowBlock& block, size_t width, uint32_t row) const;
  [[nodiscard]] std::vector<uint32_t> order_of_rows(const Step& step) const;
  [[nodiscard]] std::vector<Value> keys_of(size_t index, std::span<const size_t> rows);

  task<result<void>> run_steps();
  task<result<void>> run_step(size_t index);
  task<result<void>> insert(size_t index);
  task<result<void>> insert_rows(size_t index, std::span<const uint32_t> rows,
                                 const std::vector<bool>& defaults);
  task<result<void>> upsert(size_t index);
  task<result<bool>> update_found(size_t index, const Row& cells, std::set<std::string>& touched);
  task<result<void>> change(size_t index);
  task<result<void>> remember_matching(size_t index);
  task<result<void>> find_written(size_t index, size_t first);
  task<result<void>> find(size_t index);
  task<result<void>> forbid(size_t index);
  task<result<void>> check(size_t index);
  task<result<void>> check_given(size_t index);
  task<result<void>> check_changed(size_t index);
  task<result<void>> link(size_t index);
  task<result<void>> read_before();
  task<result<void>> read_back();
  [[nodiscard]] result<void> check_singular() const;

  task<result<Answer>> execute(const sql::Statement& statement, std::span<const Type> columns,
                               const BindSources& sources);
  task<result<Answer>> control(const char* text);
  [[nodiscard]] bool may_repeat_number() const;
  // The error of a write, explained.
  task<Error> explain(Error error, size_t index, std::vector<Row> rows);

  Connection& connection_;
  const Program& program_;
  const Params& params_;
  const Deadline deadline_;
  std::vector<Value> values_;  // of params, references resolved as far as they are known
  std::vector<Written> written_;
  WriteResult result_;  // its arena holds all that came back
  unsigned failed_number_ = 0;
  bool may_repeat_ = false;
  bool stopped_ = false;  // a find that may find nothing found nothing
};

}  // namespace trivet::store::mysql
