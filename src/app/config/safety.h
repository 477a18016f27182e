// What `trivet serve` refuses to start with, and why. Blocking (looks at files); pure otherwise.
#pragma once

#include <string>
#include <vector>

#include "app/config/config_load.h"

namespace trivet::app {

// One text per reason, with what to do about it; empty = safe to serve.
[[nodiscard]] std::vector<std::string> unsafe_settings(const LoadedConfig& loaded);

}  // namespace trivet::app
