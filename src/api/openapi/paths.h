// One table's path with its methods. Internal to the OpenAPI document.
#pragma once

#include "api/openapi/document.h"
#include "value/json_builder.h"

namespace trivet::api::openapi {

struct PathContext {
  const schema::Schema& schema;
  const Access& access;
  const DocumentOptions& options;
  int model;
};

// "/rest/v1/<table>": {"get": …, "post": …, "patch": …, "delete": …}, the allowed ones.
void write_path(JsonBuilder& json, const PathContext& context);

}  // namespace trivet::api::openapi
