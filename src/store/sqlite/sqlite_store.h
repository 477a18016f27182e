// SqliteStore: a Store in one SQLite file.
//
// Reads run on the calling thread's own connection when the planner knows them to be small, else on
// the pool; writes go to the one writer. See docs of Store for the verbs. Maintenance (schema, key)
// is in migrate.h and rekey.h: it blocks. Nobody may be reading or writing when it is destroyed.
#pragma once

#include <memory>

#include "net/pool.h"
#include "store/sqlite/options.h"
#include "store/sqlite/write/writer.h"
#include "store/store.h"

namespace trivet::store::sqlite {

class ReaderTable;

class SqliteStore final : public Store {
 public:
  // `pool` runs unbounded reads and must outlive the store.
  [[nodiscard]] static result<std::unique_ptr<SqliteStore>> open(SqliteOptions options,
                                                                 net::Pool& pool);
  ~SqliteStore() override;

  [[nodiscard]] const Capabilities& capabilities() const override { return capabilities_; }
  task<result<Rows>> read(const Query& query, const Params& params, Deadline deadline) override;
  task<result<WriteResult>> write(const Program& program, const Params& params,
                                  Deadline deadline) override;
  task<result<void>> ping(Deadline deadline) override;

  // The read of a query on this thread, whatever its cost. Blocks.
  [[nodiscard]] result<Rows> read_here(const Query& query, const Params& params, Deadline deadline);
  // From now on reads of this thread by read_here see the database as it is now, until the store is
  // destroyed. For short-lived processes: the log can't be started over meanwhile. Once per thread.
  [[nodiscard]] result<void> hold_snapshot_here();
  [[nodiscard]] WriterCounts writer_counts() const { return writer_->counts(); }
  // Ends the reads that run, and every later one, with 57014. Any thread; for shutting down.
  void interrupt_reads();
  [[nodiscard]] const SqliteOptions& options() const { return options_; }

 private:
  SqliteStore(SqliteOptions options, net::Pool& pool, std::unique_ptr<Writer> writer);

  SqliteOptions options_;
  Capabilities capabilities_;
  net::Pool& pool_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<ReaderTable> readers_;
};

// What any SQLite store can do; known without opening one.
[[nodiscard]] Capabilities sqlite_capabilities();

}  // namespace trivet::store::sqlite
