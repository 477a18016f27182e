// MysqlStore: a Store in a MariaDB database.
//
// Each event loop that it is given has a lane of connections of its own and serves its requests
// without leaving the loop; a caller from elsewhere is served by a loop and a thread of the
// store's. A nested read is one statement, a write one transaction; what the server asks to repeat
// is repeated until the deadline. Nobody may be reading or writing when it is destroyed, and the
// loops must have stopped.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/task.h"
#include "store/mysql/options.h"
#include "store/mysql/read/select.h"
#include "store/store.h"

namespace trivet::store::mysql {

class Lane;
class OwnLoop;

class MysqlStore final : public Store {
 public:
  // Does not connect yet: ping tells whether the database answers.
  MysqlStore(MysqlOptions options, std::vector<Executor> loops);
  ~MysqlStore() override;

  [[nodiscard]] const Capabilities& capabilities() const override { return capabilities_; }
  task<result<Rows>> read(const Query& query, const Params& params, Deadline deadline) override;
  task<result<WriteResult>> write(const Program& program, const Params& params,
                                  Deadline deadline) override;
  task<result<void>> ping(Deadline deadline) override;
  // ping of a store with a loop of its own, blocking: a snapshot is of then.
  result<void> connect(Deadline deadline);
  // On the thread of that loop, when nothing is asked there any more: its sessions end, so that the
  // loop can.
  void close_loop(size_t index);
  // Runs statements without parameters, each for itself: schemas for tests and tools.
  task<result<void>> execute(std::vector<std::string> statements, Deadline deadline);

 private:
  struct QueryTexts {
    Select select;
    std::optional<Select> count;
  };
  using Texts = std::shared_ptr<const QueryTexts>;

  Texts texts_of(const Query& query);
  Lane& lane_of(const Executor& caller);
  template <class T>
  task<T> on_lane(Lane& lane, const Executor& caller, task<T> work);
  task<result<Rows>> read_on(Lane& lane, const Query& query, const Params& params,
                             Deadline deadline);
  task<result<WriteResult>> write_on(Lane& lane, const Program& program, const Params& params,
                                     Deadline deadline);
  task<result<void>> execute_on(Lane& lane, std::vector<std::string> statements, Deadline deadline);

  const MysqlOptions options_;
  Capabilities capabilities_;
  std::unique_ptr<OwnLoop> own_;  // absent if loops were given
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::mutex mutex_;
  std::unordered_map<uint64_t, Texts> texts_;  // by Query::id; guarded by mutex_
};

// What any MariaDB store can do; known without opening one.
[[nodiscard]] Capabilities mysql_capabilities();

}  // namespace trivet::store::mysql
