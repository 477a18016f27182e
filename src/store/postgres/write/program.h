// One run of a Program: its steps as exchanges, as few as its references allow.
//
// A step goes out with those before it unless it needs what one of them made (a counted-up key) or
// the program must decide something first (a row that must be found, a check). A program that is
// one exchange is one transaction by itself and shares its connection; any other has BEGIN and
// COMMIT around it and the connection alone. Made for one run; on the lane's loop.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "base/task.h"
#include "store/postgres/lane.h"
#include "store/postgres/request.h"
#include "store/postgres/write/statements.h"
#include "store/query.h"
#include "store/session.h"
#include "store/store.h"

namespace trivet::store::postgres {

class ProgramRun {
 public:
  // All outlive the run.
  ProgramRun(Lane& lane, const Program& program, const Params& params, Deadline deadline);
  // A run that was cut short ends its session, so that nobody goes on in its transaction.
  ~ProgramRun();
  ProgramRun(const ProgramRun&) = delete;
  ProgramRun& operator=(const ProgramRun&) = delete;

  // Its transaction begins with its settings; it outlives the run. Before run().
  void set_session(CallerSession& session) { session_ = &session; }
  task<result<WriteResult>> run();
  // The SQLSTATE behind run's error, empty if it wasn't the server's.
  [[nodiscard]] const std::string& state() const { return state_; }

 private:
  enum class Part : uint8_t { step, read_back, control, response };
  struct Sent {  // what a command of the exchange is about
    Part part;
    size_t step;
    uint32_t row;
  };
  struct Written {            // what a step made
    std::vector<int> fields;  // that come back, in order
    std::span<const int> fields_before;  // that come back as they were
    std::vector<std::vector<Value>> rows;
    std::vector<bool> updated;  // upsert: whether the row was there
    std::vector<std::vector<Value>> before;  // the model's columns, if a check looks back
    int64_t affected = 0;
    int64_t inserted = 0;
    bool done = false;  // its results are here
  };

  void find_needed_fields();
  void need(uint32_t step, int field);

  // Assembly.
  [[nodiscard]] bool is_known(Value value) const;
  [[nodiscard]] std::optional<Value> resolve(Value value) const;
  result<bool> try_add_step(size_t index);
  result<bool> try_add_check(size_t index);
  result<void> add_given_checks(size_t index, const sql::Statement& statement);
  result<void> add_changed_checks(size_t index, const sql::Statement& statement);
  [[nodiscard]] bool uses_unknown(const sql::Statement& statement) const;
  [[nodiscard]] StepText text_of(const Step& step, size_t index) const;
  result<void> add_rows(size_t index);
  result<void> add_delete_read(size_t index);
  result<bool> try_add_read_back();
  [[nodiscard]] std::optional<std::vector<Value>> written_keys(size_t index, CheckRows which);
  [[nodiscard]] bool keys_are_known(size_t index) const;
  result<void> add(sql::Statement statement, Sent sent, std::span<const Value> cells,
                   std::span<const Value> rows);
  void add_control(const char* text);
  result<void> begin(bool alone);
  [[nodiscard]] bool decides(const Step& step) const;
  [[nodiscard]] int64_t affected() const;
  result<void> add_row(size_t index, uint32_t row, std::span<const Value> given);

  // Results.
  task<result<void>> exchange();
  result<void> take_results(const Exchange& exchange);
  result<void> take_result(const Sent& sent, const pg_result& answer);
  result<void> take_step(size_t index, const pg_result& answer);
  result<void> decide(size_t index);

  task<result<void>> run_exchanges();

  Lane& lane_;
  const Program& program_;
  const Params& params_;
  const Deadline deadline_;
  CallerSession* session_ = nullptr;
  std::optional<Lease> lease_;
  std::vector<Written> written_;
  std::vector<Command> commands_;
  std::vector<Sent> sent_;
  std::vector<size_t> undecided_;  // steps of the exchange being made
  WriteResult result_;
  Arena arena_;  // of what came back
  std::string state_;
  bool in_transaction_ = false;
  bool has_read_back_ = false;
  bool stopped_ = false;  // a find that may find nothing found nothing
};

}  // namespace trivet::store::postgres
