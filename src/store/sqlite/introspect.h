// Reads the tables of an open database by its PRAGMAs.
#pragma once

#include "base/error.h"
#include "store/migration.h"
#include "store/sqlite/connection.h"

namespace trivet::store::sqlite {

[[nodiscard]] result<DatabaseDescription> introspect(Connection& connection);

}  // namespace trivet::store::sqlite
