// What this binary is. Static text.
#pragma once

#include <string_view>

namespace trivet::app {

[[nodiscard]] std::string_view version();
[[nodiscard]] std::string_view sqlite_version();

}  // namespace trivet::app
