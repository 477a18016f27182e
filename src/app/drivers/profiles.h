// Which schemas of the database REST serves ([rest] schemas). Pure.
#pragma once

#include <string>
#include <vector>

#include "app/config/config.h"
#include "base/error.h"
#include "schema/schema.h"

namespace trivet::app {

// The first is that of requests that name none; at least one.
[[nodiscard]] std::vector<std::string> served_schemas(const Config& config);
// The same where a function's name says which schema it is in; none where the project has one alone.
[[nodiscard]] std::vector<std::string> schemas_of_functions(const Config& config, const schema::Schema& schema);
// bad_config if the datasource doesn't have them, or names twice.
[[nodiscard]] result<void> check_served_schemas(const Config& config, const schema::Schema& schema);

}  // namespace trivet::app
