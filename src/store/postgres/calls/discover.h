// The functions of a database's schema that a request could call. Blocking.
#pragma once

#include "base/error.h"
#include "store/postgres/layout/session.h"
#include "store/procedure.h"

namespace trivet::store::postgres {

// Of the session's first schema, sorted by name. Left out: triggers, aggregates, window functions, procedures, and what
// returns rows of no known columns.
[[nodiscard]] result<ProcedureList> find_procedures(Session& session);

}  // namespace trivet::store::postgres
