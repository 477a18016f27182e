// An SQLite file in the schema's terms. Blocking; changes nothing; works beside a running server.
#pragma once

#include "base/error.h"
#include "store/introspect/live.h"
#include "store/sqlite/options.h"

namespace trivet::store::introspect {

// Tables and views by name, as Prisma's introspection has them. Left out, with a warning: virtual
// tables, indexes over expressions, foreign keys that no relation can say.
[[nodiscard]] result<LiveDatabase> read_sqlite(const sqlite::SqliteOptions& options);

// What stands behind DEFAULT, for a column of this type. For tests too.
[[nodiscard]] LiveDefault sqlite_default(schema::ScalarType type, const std::string& default_sql);

}  // namespace trivet::store::introspect
