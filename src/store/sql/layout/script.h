// What can be known of a migration's SQL by reading it: where its statements end, what it renames,
// drops and deletes, whether it can run in one transaction, and which dangers its author accepted.
// Pure; any bytes are allowed.
//
// Quoting is the database's: SQLite's '…', "…", `…` and […]; PostgreSQL's '…', E'…', "…", $$…$$ and
// nested comments; MySQL's '…' and "…" with backslashes, `…` and comments behind #. It understands statements as far as this needs, and
// nothing of their meaning: a rename inside a procedure's text is not seen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::store::sql {

enum class TokenKind : uint8_t { word, quoted_name, text, symbol };

struct SqlToken {
  TokenKind kind;
  std::string text;  // word: upper case; quoted_name: without its quotes; else as written
  std::string name;  // word or quoted_name: as an identifier
};

struct SqlStatement {
  std::string_view text;         // in the script, without the semicolon and what is white around it
  std::vector<SqlToken> tokens;  // without comments
};

enum class ScriptDialect : uint8_t { sqlite, postgres, mysql };

// Statements that hold anything, in order; views into the script.
[[nodiscard]] std::vector<SqlStatement> split_script(
    std::string_view script, ScriptDialect dialect = ScriptDialect::sqlite);

// A table or a column that gets another name.
struct Rename {
  std::string table;
  std::string column;  // empty: the table itself
  std::string to;

  friend bool operator==(const Rename&, const Rename&) = default;
};

struct ScriptFacts {
  std::vector<Rename> renames;  // in order; those that only finish a rebuilt table are left out
  std::vector<std::string> dropped_tables;  // but for rebuilt ones, whose rows were copied
  std::vector<Rename> dropped_columns;      // table and column; `to` is empty
  std::vector<std::string> emptied_tables;  // DELETE FROM, TRUNCATE
  bool suspends_foreign_keys = false;       // PRAGMA foreign_keys = off
  bool manages_transactions = false;  // BEGIN, VACUUM, CONCURRENTLY …: can't run within another one
  std::vector<std::string> concurrent_indexes;  // that are made while others write
  bool accepts_data_loss = false;     // a line `-- trivet: accept data-loss` (or breaking, or both)
  bool accepts_breaking = false;
};
[[nodiscard]] ScriptFacts read_script(std::string_view script,
                                      ScriptDialect dialect = ScriptDialect::sqlite);
// Of a database with several schemas: tables are named with theirs, those without one with `default_schema`.
[[nodiscard]] ScriptFacts read_placed_script(std::string_view script, const std::string& default_schema);

}  // namespace trivet::store::sql
