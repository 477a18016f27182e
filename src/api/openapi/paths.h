// One table's path with its methods. Internal to the OpenAPI document.
#pragma once

#include <string>
#include <string_view>

#include "api/openapi/document.h"
#include "value/json_builder.h"

namespace trivet::api::openapi {

struct PathContext {
  const schema::Schema& schema;
  const Access& access;
  const DocumentOptions& options;
  int model;
};

// A name as one segment of a path (RFC 3986).
[[nodiscard]] std::string escape_path(std::string_view name);

// "/rest/v1/<table>": {"get": …, "post": …, "patch": …, "delete": …}, the allowed ones.
void write_path(JsonBuilder& json, const PathContext& context);

}  // namespace trivet::api::openapi
