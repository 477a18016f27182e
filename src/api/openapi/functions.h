// The paths of functions that the caller may call. Internal to the OpenAPI document.
#pragma once

#include <vector>

#include "api/openapi/document.h"
#include "store/procedure.h"
#include "value/json_builder.h"

namespace trivet::api::openapi {

// "/rest/v1/rpc/<name>": {"post": …}, and {"get": …} where a call changes nothing; a path for all overloads of a name.
void write_function_paths(JsonBuilder& json, const Procedures& functions, const DocumentOptions& options);

}  // namespace trivet::api::openapi
