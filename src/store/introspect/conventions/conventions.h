// What a framework means by the names that it gives its tables and columns: of a database that it
// made, what a new model says beyond its layout. Pure.
//
// Nothing here changes a layout. A time of creation that the framework fills in and the database
// doesn't can't be said in a schema: it is a warning.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/introspect/live.h"

namespace trivet::store::introspect {

// "django", "rails", "aspnet", "laravel".
[[nodiscard]] std::optional<Framework> find_framework(std::string_view name);
[[nodiscard]] std::string_view framework_name(Framework framework);  // for people

// Tables that are the framework's own business: migrations, sessions, queues.
[[nodiscard]] bool is_frameworks_own(const LiveDatabase& live, int table);
// A documentation line, "Joins authors and books."; empty for other tables than those.
[[nodiscard]] std::string join_comment(const LiveDatabase& live, int table);
// "@updatedAt", "@deny('all', true)" of a secret; empty for most.
[[nodiscard]] std::string column_attribute(const LiveDatabase& live, int table, int column);
// "@@auth" of the table of users, a rule that hides what was deleted softly. `fields` are the names
// of the table's columns in the schema.
[[nodiscard]] std::vector<std::string> model_attributes(const LiveDatabase& live, int table,
                                                        const std::vector<std::string>& fields);
// What the framework did and nobody does now, a sentence each.
[[nodiscard]] std::vector<std::string> convention_warnings(const LiveDatabase& live, int table);

}  // namespace trivet::store::introspect
