// ChangeLog: which rows changed in a database, for every process that looks, whoever changed them.
//
// Triggers write each change of a row of a model with @@realtime into a table of ours, in the transaction that changes
// the row. A driver's ChangeLog reads that table: each change once, after it is committed. What a database does without
// its triggers (TRUNCATE; on MariaDB what foreign keys do) is not seen.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"

namespace trivet::store {

// More at once are not told one by one.
inline constexpr size_t changes_max = 10'000;
// How long the table keeps them: whoever was away for less has missed nothing.
inline constexpr std::chrono::minutes changes_kept{15};

inline constexpr const char* changes_table = "_trivet_changes";

struct Change {
  int64_t id = 0;  // of the table: grows, though not in the order of commits
  std::string table;
  schema::Operation kind = schema::Operation::create;  // create, update or delete_
  std::string key;  // JSON object: the primary key's columns, after the change; of a deleted row, before
  std::string old;  // of a deleted row, JSON object: its columns; else empty
};

struct Changes {
  std::vector<Change> list;
  bool missed = false;  // some before these can't be told any more
};

// Blocking; of one thread, but for interrupt().
class ChangeLog {
 public:
  virtual ~ChangeLog() = default;
  // What was committed since the last call; waits up to `wait` for the first. The first call finds where the log stands and
  // tells nothing. After an error the next call connects anew, and goes on where the log was.
  [[nodiscard]] virtual result<Changes> next(std::chrono::milliseconds wait) = 0;
  // Forgets what is older than changes_kept.
  virtual result<void> prune() = 0;
  // Ends a wait, now or the next one. Any thread.
  virtual void interrupt() = 0;
};

// A model with @@realtime, as a trigger needs it. Names are physical.
struct WatchedTable {
  std::string table;
  uint8_t operations = 0;            // bit 1 << schema::Operation
  std::vector<std::string> key;      // of the primary key, else of the first unique one
  std::vector<std::string> columns;  // that JSON can hold
};

[[nodiscard]] std::vector<WatchedTable> watched_tables(const schema::Schema& schema);

// "create", "update", "delete": as triggers are named and the table says.
struct ChangeKind {
  schema::Operation operation;
  const char* name;   // also what the table holds
  const char* event;  // in CREATE TRIGGER
};
[[nodiscard]] const std::vector<ChangeKind>& change_kinds();
[[nodiscard]] schema::Operation change_kind(const std::string& name);

}  // namespace trivet::store
