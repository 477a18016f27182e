// A schema as the tables that Prisma Migrate makes of it on PostgreSQL (dialects/schema.md,
// sections 4, 5 and 7). Pure.
#pragma once

#include <string>
#include <vector>

#include "schema/schema.h"

namespace trivet::store::postgres {

// Statements in order: types, tables, indexes, foreign keys.
[[nodiscard]] std::vector<std::string> render_database(const schema::Schema& schema);

// The type of the field's column, without list brackets: `TEXT`, `VARCHAR(20)`, `"roles"`.
[[nodiscard]] std::string column_type(const schema::Schema& schema, const schema::Field& field);

// ` DEFAULT 1`, or the words of a generated column, as they stand behind a column's type.
[[nodiscard]] std::string default_clause(const std::string& value);

}  // namespace trivet::store::postgres
