// What is in a schema of a PostgreSQL database, as a neutral description whose texts are the
// server's own: equal texts mean equal things.
//
// Tables of tools and extensions, partitions, views, checks, exclusion constraints and foreign keys
// to what isn't looked at are left out. A column's name is looked for in indexes and keys, so these are
// read column by column and not as the server's whole texts.
#pragma once

#include "base/error.h"
#include "store/migration.h"
#include "store/postgres/layout/describe.h"
#include "store/postgres/layout/session.h"

namespace trivet::store::postgres {

[[nodiscard]] result<DatabaseDescription> read_catalog(Session& session, const Naming& naming);

}  // namespace trivet::store::postgres
