// PostgresProcedures: the functions of a database and calls of them, beside its PostgresStore.
//
// The list is what the last refresh() found. Thread-safe; refresh blocks.
#pragma once

#include <memory>
#include <mutex>

#include "store/postgres/postgres_store.h"
#include "store/procedure.h"

namespace trivet::store::postgres {

class PostgresProcedures final : public ProcedureStore {
 public:
  // The store outlives it.
  explicit PostgresProcedures(PostgresStore& store) : store_(store) {}

  // Looks at the database again. On error the list stays.
  result<void> refresh(const PostgresOptions& options);

  [[nodiscard]] std::shared_ptr<const ProcedureList> procedures() const override;
  task<result<CallAnswer>> call(const Call& call, Deadline deadline) override;

 private:
  PostgresStore& store_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ProcedureList> list_ = std::make_shared<const ProcedureList>();  // guarded by mutex_
};

}  // namespace trivet::store::postgres
