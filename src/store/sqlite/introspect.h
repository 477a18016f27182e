// Reads the tables of an open database by its PRAGMAs.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/migration.h"
#include "store/sqlite/connection.h"

namespace trivet::store::sqlite {

using TextRow = std::vector<std::string>;
// Every row as text; null is empty.
[[nodiscard]] result<std::vector<TextRow>> query_text(Connection& connection,
                                                      const std::string& sql);

[[nodiscard]] result<DatabaseDescription> introspect(Connection& connection);

}  // namespace trivet::store::sqlite
