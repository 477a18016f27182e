// SnapshotStore: an SQLite store whose reads all see the moment at which it was made, for exports.
// Read only; used on one thread, which made it. `store` outlives it.
#pragma once

#include "store/sqlite/sqlite_store.h"

namespace trivet::app {

class SnapshotStore final : public store::Store {
 public:
  [[nodiscard]] static result<std::unique_ptr<SnapshotStore>> make(
      store::sqlite::SqliteStore& store);

  [[nodiscard]] const store::Capabilities& capabilities() const override {
    return store_.capabilities();
  }
  task<result<store::Rows>> read(const store::Query& query, const store::Params& params,
                                 store::Deadline deadline) override;
  // read_only.
  task<result<store::WriteResult>> write(const store::Program& program,
                                         const store::Params& params,
                                         store::Deadline deadline) override;
  task<result<void>> ping(store::Deadline deadline) override { return store_.ping(deadline); }

 private:
  explicit SnapshotStore(store::sqlite::SqliteStore& store) : store_(store) {}

  store::sqlite::SqliteStore& store_;
};

}  // namespace trivet::app
