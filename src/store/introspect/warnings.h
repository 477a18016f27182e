// What the user of a pulled schema should know. Pure.
#pragma once

#include <string>
#include <vector>

#include "store/introspect/draft.h"

namespace trivet::store::introspect {

// The source's warnings, then those about new models: columns of unknown types, tables without a
// key, names that aren't the database's. A sentence each.
[[nodiscard]] std::vector<std::string> warnings_of(const Draft& draft);

}  // namespace trivet::store::introspect
