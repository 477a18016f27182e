// A database as tables, and what turns one into another. Neutral: drivers fill it by introspection
// and render it as DDL.
//
// Names are physical. Types and defaults are texts in the driver's SQL, in the form in which the
// driver's describe() and its rendering of a schema agree. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace trivet::store {

struct ColumnDescription {
  std::string name;
  std::string type;  // "INTEGER", "DATETIME", …
  bool required = false;
  bool autoincrement = false;
  std::string default_sql;  // as after DEFAULT; empty = none

  friend bool operator==(const ColumnDescription&, const ColumnDescription&) = default;
};

struct IndexColumnDescription {
  std::string name;
  bool descending = false;
  bool is_expression = false;  // `name` is SQL
  std::string options{};       // collation, operator class: as SQL says them behind it

  friend bool operator==(const IndexColumnDescription&, const IndexColumnDescription&) = default;
};

struct IndexDescription {
  std::string name;
  bool unique = false;
  std::vector<IndexColumnDescription> columns;
  std::string where_sql;  // partial index; empty = all rows
  std::string method{};   // "gin"; empty = the usual one
  std::string extra{};    // what SQL says behind the columns: INCLUDE (…), NULLS NOT DISTINCT
  bool of_constraint = false;  // goes with its constraint alone

  friend bool operator==(const IndexDescription&, const IndexDescription&) = default;
};

struct ForeignKeyDescription {
  std::string name;  // empty where the database doesn't tell
  std::vector<std::string> columns;
  std::string table;
  std::vector<std::string> to_columns;
  std::string on_delete;  // "CASCADE", "SET NULL", …
  std::string on_update;
};

struct TableDescription {
  std::string name;
  std::vector<ColumnDescription> columns;
  std::vector<std::string> primary_key;
  std::vector<IndexDescription> indexes;
  std::vector<ForeignKeyDescription> foreign_keys;
  std::string primary_key_name{};  // empty where the database doesn't tell

  [[nodiscard]] const ColumnDescription* find_column(const std::string& column) const {
    for (const ColumnDescription& candidate : columns)
      if (candidate.name == column) return &candidate;
    return nullptr;
  }
};

struct EnumDescription {
  std::string name;
  std::vector<std::string> values;  // in order

  friend bool operator==(const EnumDescription&, const EnumDescription&) = default;
};

struct DatabaseDescription {
  std::vector<TableDescription> tables;  // in an order in which they can be created
  std::vector<EnumDescription> enums{};  // types of the database's own

  [[nodiscard]] const TableDescription* find_table(const std::string& table) const {
    for (const TableDescription& candidate : tables)
      if (candidate.name == table) return &candidate;
    return nullptr;
  }
  [[nodiscard]] const EnumDescription* find_enum(const std::string& type) const {
    for (const EnumDescription& candidate : enums)
      if (candidate.name == type) return &candidate;
    return nullptr;
  }
};

enum class LossKind : uint8_t {
  table_dropped,   // with rows
  column_dropped,  // with values that are not null
  type_changed,    // values that may not survive the conversion
  required_added,  // a required column without default on a table with rows: can't be applied
  required_set,    // a column becomes required and some rows have null: can't be applied
  unique_added,    // a unique key over rows that hold duplicates: can't be applied
  extra_dropped,   // what no schema says and a rebuilt table loses: a trigger, a check
};

// What applying a migration would destroy, or why it would fail.
struct Loss {
  LossKind kind;
  std::string table;
  std::string column;  // empty: the table
  int64_t rows = 0;
  std::string text;  // a sentence

  // No flag makes it possible: the data must change first.
  [[nodiscard]] bool is_impossible() const {
    return kind == LossKind::required_added || kind == LossKind::required_set ||
           kind == LossKind::unique_added;
  }
};

struct MigrationStep {
  std::string title;             // "create table \"User\""
  std::vector<std::string> sql;  // statements in order
};

struct Migration {
  std::vector<MigrationStep> steps;
  std::vector<Loss> losses;
  [[nodiscard]] bool empty() const { return steps.empty(); }
};

enum class DataLoss : uint8_t { refuse, accept };

// What of a database the schema doesn't know.
enum class Extras : uint8_t {
  drop,
  keep,  // it is in nobody's way; a driver may need it gone all the same
};

// would_lose_data, each loss in the details, unless accepted; impossible ones always.
[[nodiscard]] result<void> check_losses(const Migration& migration, DataLoss data_loss);

}  // namespace trivet::store
