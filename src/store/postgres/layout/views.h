// What the views of a database take. Blocking.
#pragma once

#include "base/error.h"
#include "store/postgres/layout/session.h"
#include "store/writable_views.h"

namespace trivet::store::postgres {

// Of the session's first schema: views that PostgreSQL writes through by itself, and those with INSTEAD OF triggers.
[[nodiscard]] result<ViewWritesByName> find_writable_views(Session& session);

}  // namespace trivet::store::postgres
