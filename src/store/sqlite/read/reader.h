// Reader: a connection that runs Queries, with the prepared ones at hand. Used on one thread at a
// time.
//
// A read either stands alone, or shares a snapshot with those before it until end_shared is called.
#pragma once

#include <memory>
#include <vector>

#include "store/query.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/prepared.h"
#include "store/sqlite/read/snapshot.h"
#include "store/store.h"

namespace trivet::store::sqlite {

class Reader : public std::enable_shared_from_this<Reader> {
 public:
  [[nodiscard]] static result<std::shared_ptr<Reader>> open(const SqliteOptions& options);
  result<Rows> read(const Query& query, const Params& params, Deadline deadline);
  // The same, and leaves its snapshot open for the next; every commit up to now is seen all the
  // same.
  result<Rows> read_shared(const Query& query, const Params& params, Deadline deadline);
  void end_shared();
  // True once per snapshot: whoever is told so calls end_shared soon.
  [[nodiscard]] bool must_schedule_end();
  [[nodiscard]] Connection& connection() { return *connection_; }

 private:
  Reader(std::unique_ptr<Connection> connection, std::optional<Snapshot> snapshot,
         size_t statements_max)
      : connection_(std::move(connection)),
        snapshot_(std::move(snapshot)),
        queries_(statements_max) {}
  result<Rows> run(const PreparedQuery& prepared, const Query& query, const Params& params);

  std::unique_ptr<Connection> connection_;  // before the statements: they go first
  std::optional<Snapshot> snapshot_;
  bool end_scheduled_ = false;
  PreparedCache<PreparedQuery> queries_;
  std::vector<Value> stack_;
  Arena scratch_;
};

}  // namespace trivet::store::sqlite
