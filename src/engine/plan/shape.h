// What an operation's tree asks for: its size against the limits, its parameters, the capabilities
// that it needs.
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "engine/operation.h"
#include "store/store.h"

namespace trivet::engine {

struct Shape {
  int params = 0;  // one more than the largest parameter used
  uint32_t predicate_nodes = 0;
  uint32_t embeds = 0;
  uint32_t depth = 0;
  uint64_t capabilities = 0;  // bits of store::Capability
};

[[nodiscard]] Shape measure(const Operation& operation);

// 54001 beyond a limit; PGRST127 with the capability's name.
[[nodiscard]] result<void> check_shape(const Shape& shape, const Limits& limits,
                                       const store::Capabilities& capabilities);

}  // namespace trivet::engine
