// Whether a write failed because of a row in it, so that leaving out a row can help. Pure.
#pragma once

#include "base/error.h"

namespace trivet::app {

[[nodiscard]] bool is_row_fault(ErrorCode code);

}  // namespace trivet::app
