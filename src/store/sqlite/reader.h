// Reader: a connection that runs Queries, with the prepared ones at hand. Used on one thread at a
// time.
#pragma once

#include <memory>
#include <vector>

#include "store/query.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/prepared.h"
#include "store/store.h"

namespace trivet::store::sqlite {

class Reader {
 public:
  [[nodiscard]] static result<std::unique_ptr<Reader>> open(const SqliteOptions& options);
  result<Rows> read(const Query& query, const Params& params, Deadline deadline);
  [[nodiscard]] Connection& connection() { return *connection_; }

 private:
  Reader(std::unique_ptr<Connection> connection, size_t statements_max)
      : connection_(std::move(connection)), queries_(statements_max) {}
  result<Rows> run(const PreparedQuery& prepared, const Query& query, const Params& params);

  std::unique_ptr<Connection> connection_;  // before the statements: they go first
  PreparedCache<PreparedQuery> queries_;
  std::vector<Value> stack_;
  Arena scratch_;
};

}  // namespace trivet::store::sqlite
