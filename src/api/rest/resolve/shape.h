// The normalised text of an Operation: equal for two operations exactly when they differ in nothing but parameters. Empty
// where there can be no second one (nested writes).
#pragma once

#include <string>

#include "engine/operation.h"

namespace trivet::api::rest {

[[nodiscard]] std::string operation_shape(const engine::Operation& operation);

}  // namespace trivet::api::rest
