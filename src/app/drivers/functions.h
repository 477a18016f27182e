// The functions of the database that the project opens ([rest] functions). Blocking.
#pragma once

#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/drivers/driver.h"
#include "base/error.h"

namespace trivet::app {

// `schemas`: schemas_of_functions (profiles.h). Checks the setting and, if it opens any, looks at the database's functions again;
// returns the names that it doesn't have.
// Errors: bad_config, also where the kind of database has no functions.
[[nodiscard]] result<std::vector<std::string>> refresh_functions(const Config& config, const std::vector<std::string>& schemas,
                                                                 OpenDatabase& database);

}  // namespace trivet::app
