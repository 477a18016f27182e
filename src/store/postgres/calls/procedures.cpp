#include "store/postgres/calls/procedures.h"

#include "store/postgres/calls/discover.h"

namespace trivet::store::postgres {

result<void> PostgresProcedures::refresh(const PostgresOptions& options) {
  TRIVET_TRY(const auto session, Session::open(options));
  TRIVET_TRY(ProcedureList found, find_procedures(*session, options.schemas));
  auto list = std::make_shared<const ProcedureList>(std::move(found));
  const std::lock_guard lock(mutex_);
  list_ = std::move(list);
  return {};
}

std::shared_ptr<const ProcedureList> PostgresProcedures::procedures() const {
  const std::lock_guard lock(mutex_);
  return list_;
}

task<result<CallAnswer>> PostgresProcedures::call(const Call& call, Deadline deadline) {
  return store_.call(call, deadline);
}

}  // namespace trivet::store::postgres
