// A live database in the schema's own terms: what `trivet db pull` writes a schema from.
//
// A source (sqlite.h, …) fills it; the rest of this folder reads nothing else, so it knows no SQL
// and no catalogue. Names are physical. Values; no threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schema/schema.h"

namespace trivet::store::introspect {

struct LiveDefault {
  schema::DefaultKind kind =
      schema::DefaultKind::none;   // none, literal, list, now, autoincrement, dbgenerated
  std::string text;                // literal: its value, of texts without quotes
  std::vector<std::string> items;  // list: the values
  std::string sql;                 // as the database tells it
};

struct LiveColumn {
  std::string name;
  schema::ScalarType type = schema::ScalarType::unsupported;
  std::string raw_type;   // unsupported: the database's name of the type
  std::string enum_name;  // enum_: name of a LiveEnum
  std::string
      native;  // "@db." type with its arguments, where it isn't the default one: "VarChar(20)"
  bool is_list = false;
  bool required = false;
  LiveDefault default_value;
  std::string comment;
};

struct LiveIndexColumn {
  std::string name;
  bool descending = false;
  std::string ops;  // as the schema writes it: JsonbPathOps, raw("…"); empty = default
};

struct LiveIndex {
  std::string name;  // empty: made by a UNIQUE in the table, without a name that one could give
  bool unique = false;
  std::vector<LiveIndexColumn> columns;
  std::string where_sql;  // partial
  std::string method;     // "Gin"; empty = default
};

struct LiveForeignKey {
  std::string name;  // empty where the database doesn't tell
  std::vector<std::string> columns;
  std::string table;
  std::vector<std::string> to_columns;
  schema::ReferentialAction on_delete = schema::ReferentialAction::no_action;
  schema::ReferentialAction on_update = schema::ReferentialAction::no_action;
};

struct LiveTable {
  std::string name;
  std::string comment;
  bool is_view = false;
  bool has_null_keys = false;  // rows without a key, which SQLite lets in
  std::vector<LiveColumn> columns;
  std::vector<std::string> primary_key;
  std::string primary_key_name;  // empty where keys have no names
  std::vector<LiveIndex> indexes;
  std::vector<LiveForeignKey> foreign_keys;  // only those that a relation can say, each once

  [[nodiscard]] int find_column(const std::string& column) const {
    for (size_t i = 0; i < columns.size(); ++i)
      if (columns[i].name == column) return static_cast<int>(i);
    return -1;
  }
};

struct LiveEnum {
  std::string name;
  std::string comment;
  std::vector<std::string> values;
};

// Whose conventions the names follow; in the order of their table.
enum class Framework : uint8_t { none, django, rails, aspnet, laravel };

struct LiveDatabase {
  schema::Provider provider = schema::Provider::sqlite;
  std::vector<LiveTable> tables;  // in the order in which their models are written
  std::vector<LiveEnum> enums;
  // Of several schemas of a database: tables, enums and what refers to them are then named as stores name them (schema::place_name).
  std::vector<std::string> schemas{};
  std::vector<std::string> warnings;  // what is there and can't be said, a sentence each
  Framework framework = Framework::none;

  [[nodiscard]] int find_table(const std::string& table) const {
    for (size_t i = 0; i < tables.size(); ++i)
      if (tables[i].name == table) return static_cast<int>(i);
    return -1;
  }
  [[nodiscard]] int find_enum(const std::string& name) const {
    for (size_t i = 0; i < enums.size(); ++i)
      if (enums[i].name == name) return static_cast<int>(i);
    return -1;
  }
};

// A key by which rows can be told apart: all of its columns are required and known to the schema.
[[nodiscard]] bool has_usable_key(const LiveTable& table);
// Whether these columns are a whole key or a whole unique index.
[[nodiscard]] bool is_unique(const LiveTable& table, const std::vector<std::string>& columns);

}  // namespace trivet::store::introspect
