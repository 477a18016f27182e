// Data definition: a schema as the tables that Prisma Migrate makes of it on SQLite, their SQL, and
// the difference of two databases. Pure functions.
//
// Where Prisma's own output is wrong ours is right instead, and its form counts as equal: BigInt
// @id counts up, JSON defaults are quoted, Bytes defaults are blobs, database expressions are in
// parentheses, DateTime defaults have the form of stored values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.h"
#include "store/migration.h"

namespace trivet::store::sql {

[[nodiscard]] DatabaseDescription describe_schema(const schema::Schema& schema);

[[nodiscard]] std::string render_create_table(const TableDescription& table);
[[nodiscard]] std::string render_create_index(const std::string& table,
                                              const IndexDescription& index);
// The whole database, as a script.
[[nodiscard]] std::string render_database(const DatabaseDescription& database);

// As SQL says it: "SET NULL".
[[nodiscard]] std::string_view action_text(schema::ReferentialAction action);

// A generated column is written @default(dbgenerated("GENERATED ALWAYS AS (…) STORED")), or
// VIRTUAL: its default_sql is these words, and no DEFAULT stands before them.
inline constexpr std::string_view generated_prefix = "GENERATED ALWAYS AS (";
[[nodiscard]] bool is_generated(const ColumnDescription& column);

// Whether two stored forms of a default mean the same value.
[[nodiscard]] bool same_default(const std::string& left, const std::string& right);
[[nodiscard]] bool same_column(const ColumnDescription& left, const ColumnDescription& right);
[[nodiscard]] bool same_index(const IndexDescription& left, const IndexDescription& right);
// Whether a table belongs to a tool and not to the schema.
[[nodiscard]] bool is_tool_table(const std::string& name);

// Whether a foreign key of a live database is one that a schema can say: its target is there and a
// key, of the same types. Others are left as they are.
[[nodiscard]] bool is_relation(const DatabaseDescription& database, const TableDescription& table,
                               const ForeignKeyDescription& key);
// The same columns to the same target, whatever the actions.
[[nodiscard]] bool same_reference(const ForeignKeyDescription& left,
                                  const ForeignKeyDescription& right);

struct ColumnChange {
  const ColumnDescription* from;
  const ColumnDescription* to;
};

// Something that stays what it is, but for its name.
struct NameChange {
  enum class Kind : uint8_t { index, constraint } kind;
  std::string from;
  std::string to;
};

// What must happen to one table.
struct TableChange {
  enum class Kind : uint8_t { create, drop, alter, rebuild } kind;
  const TableDescription* from = nullptr;  // in the descriptions that were compared
  const TableDescription* to = nullptr;
  // alter: only these, in place
  std::vector<ColumnDescription> added_columns;
  std::vector<IndexDescription> dropped_indexes;
  std::vector<IndexDescription> added_indexes;
  // alter and rebuild
  std::vector<ColumnChange> changed_columns{};
  // alter, where the database can do it in place
  std::vector<ForeignKeyDescription> dropped_keys{};
  std::vector<ForeignKeyDescription> added_keys{};
  std::vector<NameChange> renamed{};
  bool new_primary_key = false;
};

[[nodiscard]] std::vector<TableChange> compare_databases(const DatabaseDescription& from,
                                                         const DatabaseDescription& to);
[[nodiscard]] MigrationStep render_change(const TableChange& change);

}  // namespace trivet::store::sql
