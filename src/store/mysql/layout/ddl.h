// A schema as the tables that Prisma Migrate makes of it on MySQL (dialects/schema.md, sections 4, 5
// and 7), and their SQL, in the session's mode (ANSI_QUOTES). Pure.
//
// Ours: texts compare by code point and with their trailing blanks (utf8mb4_nopad_bin), as in every
// other store, where Prisma's default (utf8mb4_unicode_ci) takes "a" for "A", also in rules.
#pragma once

#include <string>
#include <vector>

#include "schema/schema.h"
#include "store/migration.h"

namespace trivet::store::mysql {

[[nodiscard]] DatabaseDescription describe_schema(const schema::Schema& schema);

// Statements in order: tables with their indexes, then foreign keys.
[[nodiscard]] std::vector<std::string> render_database(const DatabaseDescription& database);

[[nodiscard]] std::string render_create_table(const TableDescription& table);
[[nodiscard]] std::string render_column(const ColumnDescription& column);
[[nodiscard]] std::string render_add_index(const std::string& table, const IndexDescription& index);
[[nodiscard]] std::string render_add_foreign_key(const std::string& table,
                                                 const ForeignKeyDescription& key);

}  // namespace trivet::store::mysql
