// Two layouts → the steps from one to the other, and what they would lose.
#pragma once

#include "base/error.h"
#include "store/migration.h"
#include "store/postgres/layout/describe.h"
#include "store/postgres/layout/migrate.h"

namespace trivet::store::postgres {

struct Difference {
  const Layout& from;
  const Layout& to;
  Extras extras;
};

// Rows are counted through the session; nothing is changed.
[[nodiscard]] result<void> add_differences(Session& session, const Difference& difference,
                                           Migration& migration);

}  // namespace trivet::store::postgres
