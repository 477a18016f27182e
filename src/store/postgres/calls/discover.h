// The functions of a database's schema that a request could call. Blocking.
#pragma once

#include "base/error.h"
#include "store/postgres/layout/session.h"
#include "store/procedure.h"

namespace trivet::store::postgres {

// Of these schemas, or of the session's first one; sorted by name. Left out: triggers, aggregates, window functions, procedures, and what
// returns rows of no known columns.
[[nodiscard]] result<ProcedureList> find_procedures(Session& session, const std::vector<std::string>& schemas);

}  // namespace trivet::store::postgres
