// Which format a file of import or export has: what was said, else what its name means.
#pragma once

#include <string>

#include "base/error.h"
#include "data/format.h"

namespace trivet::cli {

[[nodiscard]] result<data::Format> file_format(const std::string& said, const std::string& path);

}  // namespace trivet::cli
