// Looks for what is wrong with a project or its machine: settings, schema, secret, database, limits
// of the system. Blocking; changes nothing.
#pragma once

#include <string>
#include <vector>

#include "app/config/config_load.h"

namespace trivet::app {

struct Finding {
  enum class Kind : unsigned char { good, warning, problem } kind;
  std::string about;  // "database"
  std::string text;
};

[[nodiscard]] std::vector<Finding> examine(const LoadOptions& options);

}  // namespace trivet::app
