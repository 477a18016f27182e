// A database's tables, in the form in which a schema's are described (ddl.h). Blocking.
#pragma once

#include "base/error.h"
#include "store/migration.h"
#include "store/mysql/layout/session.h"

namespace trivet::store::mysql {

// Tables alone: views are left out. Types are the server's (COLUMN_TYPE), defaults its expressions.
[[nodiscard]] result<DatabaseDescription> describe_database(Session& session);

}  // namespace trivet::store::mysql
