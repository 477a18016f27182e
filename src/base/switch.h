// An option that is on or off, where a bare bool would not say which.
#pragma once

#include <cstdint>

namespace trivet {

enum class Switch : uint8_t { off, on };

}  // namespace trivet
