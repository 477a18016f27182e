#include "app/snapshot_store.h"

namespace trivet::app {

result<std::unique_ptr<SnapshotStore>> SnapshotStore::make(store::sqlite::SqliteStore& store) {
  TRIVET_CHECK(store.hold_snapshot_here());
  return std::unique_ptr<SnapshotStore>(new SnapshotStore(store));
}

task<result<store::Rows>> SnapshotStore::read(const store::Query& query,
                                              const store::Params& params,
                                              store::Deadline deadline) {
  co_return store_.read_here(query, params, deadline);
}

task<result<store::WriteResult>> SnapshotStore::write(const store::Program&, const store::Params&,
                                                      store::Deadline) {
  co_return fail(ErrorCode::read_only, "a snapshot can't be written to");
}

}  // namespace trivet::app
