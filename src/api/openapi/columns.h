// Columns as JSON Schema (draft 2020-12), and the examples that go with them. Internal to the OpenAPI document.
#pragma once

#include <string>
#include <string_view>

#include "schema/schema.h"
#include "value/json_builder.h"

namespace trivet::api::openapi {

// Whether REST shows the field as a column at all.
[[nodiscard]] bool is_exposed(const schema::Field& field);

// Whether an insert must give it: required and nothing fills it.
[[nodiscard]] bool is_required_on_insert(const schema::Field& field);

// {"type": …, "description": …}: one value of the column, null included where the column is optional.
void write_column_schema(JsonBuilder& json, const schema::Schema& schema, const schema::Field& field);

// A value that fits write_column_schema.
void write_column_example(JsonBuilder& json, const schema::Schema& schema, const schema::Field& field);

// The right side of a filter that fits the column: "eq.FR".
[[nodiscard]] std::string filter_example(const schema::Schema& schema, const schema::Field& field);

// `name` with every character that a component name may not hold replaced (OpenAPI 3.1, 4.8.7: A-Z a-z 0-9 . _ -).
[[nodiscard]] std::string component_name(std::string_view name);

}  // namespace trivet::api::openapi
