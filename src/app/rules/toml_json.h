// Parts of a TOML file as JSON, with the schema's names turned into the database's. Internal to
// app/rules. Pure.
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <string>
#include <string_view>

#include "schema/schema.h"
#include "value/json_reader.h"

namespace trivet::app {

// A row of `model`: names of fields become names of columns, also in the rows of its relations.
// -1: names stay.
[[nodiscard]] std::string toml_as_json(const toml::node& node, const schema::Schema& schema,
                                       int model);
// The same for what is JSON already.
[[nodiscard]] std::string json_with_columns(JsonValue value, const schema::Schema& schema,
                                            int model);
// The value of a scalar as text: dates as ISO 8601, texts without quotes.
[[nodiscard]] std::string toml_as_text(const toml::node& node);

}  // namespace trivet::app
