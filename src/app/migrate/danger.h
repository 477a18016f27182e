// What a migration may do to those who use the database: lose data, fail, hold up writers, or break
// the version of the program that still runs while it is applied; and the safe way instead.
//
// Found in the difference of two layouts and in the script, and counted in the rows that are there.
// What a script does to rows by UPDATE isn't looked at. Blocking; values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::app {

enum class DangerKind : uint8_t {
  loses_data,
  fails,           // the rows that are there don't fit
  rewrites_table,  // a big one, row by row, while writers wait
  locks_table,     // a big one, while an index is built
  breaks_running,  // a version that doesn't know of it yet will meet errors
};
[[nodiscard]] std::string_view danger_name(DangerKind kind);

struct Danger {
  DangerKind kind;
  std::string table;
  std::string column;  // empty: the table
  int64_t rows = 0;    // that are lost, don't fit, or are in the table
  std::string text;    // a sentence
  std::string advice;  // the safe way; may be empty
};

// From this many rows on a table is big: rewriting it takes a noticeable part of a second.
inline constexpr int64_t big_table_rows = 10'000;

// `earlier` are the renames between the layout that `live` has now and that where `diff` begins.
[[nodiscard]] result<std::vector<Danger>> find_dangers(
    store::sql::MigrationTarget& live, const store::sql::LayoutDiff& diff,
    const store::sql::ScriptFacts& facts, const std::vector<store::sql::Rename>& earlier = {});

struct Accepted {
  bool data_loss = false;
  bool breaking = false;
};
// Those that stand in the way: data is there to be lost, or a table in use is broken for whoever
// uses it, and nobody has accepted that.
[[nodiscard]] std::vector<Danger> refused_dangers(const std::vector<Danger>& dangers,
                                                  const Accepted& accepted);

}  // namespace trivet::app
