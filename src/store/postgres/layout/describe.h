// What is in a database's schema, and what a project's schema would be there, in one form: the
// server's own texts, so that equal means equal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "store/postgres/layout/session.h"

namespace trivet::store::postgres {

struct LayoutColumn {
  std::string name;
  std::string type;  // as format_type writes it: character varying(20), "Role"[]
  bool required = false;
  bool counts_up = false;   // from a sequence, or an identity
  std::string default_sql;  // empty: none, or the sequence

  friend bool operator==(const LayoutColumn&, const LayoutColumn&) = default;
};

struct LayoutIndex {
  std::string name;
  bool unique = false;
  bool of_constraint = false;  // goes with the constraint alone
  std::string definition;      // from USING on
  std::string keys;            // expressions with commas
  std::string where;
};

struct LayoutConstraint {
  std::string name;
  std::string definition;  // FOREIGN KEY (a) REFERENCES …, PRIMARY KEY (id)
};

struct LayoutTable {
  std::string name;
  std::vector<LayoutColumn> columns;
  LayoutConstraint primary_key;  // empty name: none
  std::vector<LayoutIndex> indexes;
  std::vector<LayoutConstraint> foreign_keys;

  [[nodiscard]] const LayoutColumn* find_column(const std::string& column) const;
};

struct LayoutEnum {
  std::string name;
  std::vector<std::string> values;  // in order
};

// For a transaction: the server then writes names with their schemas, but for those of temporary things.
inline constexpr const char* path_of_none = "SELECT set_config('search_path', 'pg_catalog', true)";

// Whether a column's type, as the server writes it, is that enum or a list of it.
[[nodiscard]] bool is_of_enum(std::string_view type, std::string_view enum_name);

struct Layout {
  std::vector<LayoutEnum> enums;
  std::vector<LayoutTable> tables;  // in the order of their making

  [[nodiscard]] const LayoutTable* find_table(const std::string& table) const;
  [[nodiscard]] const LayoutEnum* find_enum(const std::string& type) const;
};

// SQL that writes the type of pg_attribute a. A time without a precision is one of six digits.
inline constexpr std::string_view type_of_attribute =
    "format_type(a.atttypid, CASE WHEN a.atttypmod = -1 AND a.atttypid IN (1083, 1114, 1115, 1183, "
    "1184, 1185, 1266, 1270) THEN 6 ELSE a.atttypmod END)";

// The server keeps a default as it was spelled; of those that mean the same, one.
[[nodiscard]] std::string normal_default(const std::string& text);

// SQL for the names of what is looked at, and where it is looked for.
class Naming {
 public:
  // Tables of the first schema of the search path; with `schemas`, of these, named with theirs.
  [[nodiscard]] static Naming of_database(const std::vector<std::string>& schemas);
  [[nodiscard]] static Naming of_temporary();

  // A condition on the oid of a pg_namespace.
  [[nodiscard]] std::string holds(const std::string& oid) const { return oid + " " + condition_; }
  // The name of a pg_class or pg_type, as stores name it.
  [[nodiscard]] std::string name(const std::string& oid, const std::string& name) const;

 private:
  Naming(std::string condition, bool is_placed) : condition_(std::move(condition)), is_placed_(is_placed) {}
  std::string condition_;
  bool is_placed_;
};

// Both need an open transaction and leave its search path changed. Tables of extensions, partitions
// of tables and views are left out. `schemas`: those of the datasource; none: the first of the search path.
[[nodiscard]] result<Layout> describe_database(Session& session, const std::vector<std::string>& schemas);
// Makes the schema's tables as temporary ones: the caller rolls back. The schema's are in no database schema.
result<void> make_temporary(Session& session, const schema::Schema& schema);
// Makes them and looks at them, under their own names.
[[nodiscard]] result<Layout> describe_schema(Session& session, const schema::Schema& schema);

}  // namespace trivet::store::postgres
