// What the views of a database take. Blocking.
#pragma once

#include "base/error.h"
#include "store/postgres/layout/session.h"
#include "store/writable_views.h"

namespace trivet::store::postgres {

// Of these schemas, named with theirs, or of the session's first one: views that PostgreSQL writes through by itself, and those with
// INSTEAD OF triggers.
[[nodiscard]] result<ViewWritesByName> find_writable_views(Session& session,
                                                           const std::vector<std::string>& schemas);

}  // namespace trivet::store::postgres
