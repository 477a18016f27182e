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

// Both need an open transaction and leave its search path changed. Tables of extensions, partitions
// of tables and views are left out.
[[nodiscard]] result<Layout> describe_database(Session& session);
// Makes the schema's tables as temporary ones and looks at them: the caller rolls back.
[[nodiscard]] result<Layout> describe_schema(Session& session, const schema::Schema& schema);

}  // namespace trivet::store::postgres
