// The shared parts of the document: `components`. Internal to the OpenAPI document.
#pragma once

#include <vector>

#include "api/openapi/document.h"
#include "value/json_builder.h"

namespace trivet::api::openapi {

// Per table: <table> (a row), <table>.insert, <table>.update; and error.
void write_schemas(JsonBuilder& json, const schema::Schema& schema, const Access& access,
                   const std::vector<int>& models);
// select, order, limit, …, and filter.<table>.<column>.
void write_parameters(JsonBuilder& json, const schema::Schema& schema, const Access& access,
                      const std::vector<int>& models);
void write_shared_responses(JsonBuilder& json);
void write_security_schemes(JsonBuilder& json);

// Writes {"$ref":"#/components/<section>/<name>"}.
void write_reference(JsonBuilder& json, std::string_view section, std::string_view name);

}  // namespace trivet::api::openapi
