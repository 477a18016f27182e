// The way from one layout to another, with names that change: what a migration is made of.
//
// A renamed table or column is never guessed here: it is one of `renames`, or it is dropped and
// made anew. find_rename_candidates says what may have been meant. Pure functions; a LayoutDiff
// owns the descriptions that its changes point into.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "schema/schema.h"
#include "store/migration.h"
#include "store/sql/ddl.h"
#include "store/sql/layout/script.h"

namespace trivet::store::sql {

// What must happen to a type; null: it is made, or goes.
struct EnumChange {
  const EnumDescription* from = nullptr;
  const EnumDescription* to = nullptr;
};

// How a kind of database compares layouts of its own.
using CompareLayouts = std::vector<TableChange> (*)(const DatabaseDescription& from,
                                                    const DatabaseDescription& to);

struct LayoutDiff {
  std::vector<Rename> renames;                      // first, in order
  std::shared_ptr<const DatabaseDescription> from;  // under the new names
  std::shared_ptr<const DatabaseDescription> to;
  std::vector<TableChange> changes;  // point into from and to, which copies of this share
  std::vector<EnumChange> enums{};   // likewise
  CompareLayouts compare = compare_databases;

  [[nodiscard]] bool empty() const {
    return renames.empty() && changes.empty() && enums.empty();
  }
};

// Tables of tools (_prisma_migrations, sqlite_…) are no part of a layout.
[[nodiscard]] DatabaseDescription without_tool_tables(DatabaseDescription layout);

// Renames of what `from` lacks are left out of the difference.
[[nodiscard]] LayoutDiff diff_layouts(const DatabaseDescription& from,
                                      const DatabaseDescription& to,
                                      const std::vector<Rename>& renames = {},
                                      CompareLayouts compare = compare_databases);
// Back again: the names that `diff` gave are taken away.
[[nodiscard]] LayoutDiff reverse(const LayoutDiff& diff);

// What a name of the new layout was called before the renames.
[[nodiscard]] std::string name_before(const std::vector<Rename>& renames, const std::string& table);
[[nodiscard]] std::string name_before(const std::vector<Rename>& renames, const std::string& table,
                                      const std::string& column);

// Pairs of a table or column that would go and one like it that would come.
[[nodiscard]] std::vector<Rename> find_rename_candidates(const LayoutDiff& diff);
// Those that the schema says itself: an @map or @@map was added, so that what would come has as
// its name in the schema what would go has in the database.
[[nodiscard]] std::vector<Rename> find_mapped_renames(const LayoutDiff& diff,
                                                      const schema::Schema& schema);
// Implicit join tables whose models are renamed: they take the name, and the order of columns A and
// B, that the new models give them.
[[nodiscard]] std::vector<Rename> find_join_renames(const LayoutDiff& diff);

// As SQLite's SQL with Prisma's headings, for migration.sql. Empty for no difference.
[[nodiscard]] std::string render_script(const LayoutDiff& diff);
// A line for each change, for people: "add column \"A\".\"b\"".
[[nodiscard]] std::vector<std::string> summarize(const LayoutDiff& diff);

}  // namespace trivet::store::sql
