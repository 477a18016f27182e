// PostgresStore: a Store in a PostgreSQL database.
//
// Each event loop that it is given has a lane of connections of its own and serves its requests
// without leaving the loop; a caller from elsewhere is served by a loop and a thread of the
// store's. A nested read is one statement, a write one transaction; what the server asks to repeat
// is repeated until the deadline. Nobody may be reading or writing when it is destroyed, and the
// loops must have stopped.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/task.h"
#include "store/postgres/options.h"
#include "store/sql/statement.h"
#include "store/procedure.h"
#include "store/session.h"
#include "store/statement_plan.h"
#include "store/store.h"

namespace trivet::store::postgres {

class Lane;
class OwnLoop;

class PostgresStore final : public Store, public SessionStore, public PlanStore {
 public:
  // Does not connect yet: ping tells whether the database answers.
  PostgresStore(PostgresOptions options, std::vector<Executor> loops);
  ~PostgresStore() override;

  [[nodiscard]] const Capabilities& capabilities() const override { return capabilities_; }
  task<result<Rows>> read(const Query& query, const Params& params, Deadline deadline) override;
  task<result<WriteResult>> write(const Program& program, const Params& params,
                                  Deadline deadline) override;
  task<result<Rows>> read_as(CallerSession& session, const Query& query, const Params& params,
                             Deadline deadline) override;
  task<result<WriteResult>> write_as(CallerSession& session, const Program& program,
                                     const Params& params, Deadline deadline) override;
  task<result<std::string>> explain(CallerSession* session, const Query& query, const Params& params,
                                    PlanWish wish, Deadline deadline) override;
  task<result<void>> ping(Deadline deadline) override;
  // Calls a function of the database, in a transaction; `call` must outlive the task.
  task<result<CallAnswer>> call(const Call& call, Deadline deadline);
  // On the thread of that loop, when nothing is asked there any more: its sessions end, so that the
  // loop can.
  void close_loop(size_t index);
  // Runs statements without parameters, each for itself: schemas for tests and tools.
  task<result<void>> execute(std::vector<std::string> statements, Deadline deadline);

 private:
  struct QueryTexts {
    std::shared_ptr<const sql::Statement> select;
    std::shared_ptr<const sql::Statement> count;  // null: not wanted
  };
  using Texts = std::shared_ptr<const QueryTexts>;
  struct Asked {
    const Params& params;
    Deadline deadline;
    CallerSession* session = nullptr;  // its transaction begins with its settings
  };

  Texts texts_of(const Query& query);
  Lane& lane_of(const Executor& caller);
  template <class T>
  task<T> on_lane(Lane& lane, const Executor& caller, task<T> work);
  task<result<Rows>> read_on(Lane& lane, const Query& query, Asked asked);
  task<result<WriteResult>> write_on(Lane& lane, const Program& program, Asked asked);
  task<result<std::string>> explain_on(Lane& lane, const Query& query, PlanWish wish, Asked asked);
  task<result<void>> execute_on(Lane& lane, std::vector<std::string> statements, Deadline deadline);

  const PostgresOptions options_;
  Capabilities capabilities_;
  std::unique_ptr<OwnLoop> own_;  // absent if loops were given
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::mutex mutex_;
  std::unordered_map<uint64_t, Texts> texts_;  // by Query::id; guarded by mutex_
};

// What any PostgreSQL store can do; known without opening one.
[[nodiscard]] Capabilities postgres_capabilities();

}  // namespace trivet::store::postgres
