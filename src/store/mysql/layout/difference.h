// The way from one layout to another, as MariaDB's statements. Pure.
#pragma once

#include <string>
#include <string_view>

#include "store/migration.h"

namespace trivet::store::mysql {

// What must happen to one table.
struct TableDifference {
  const TableDescription* from = nullptr;  // null: it is made
  const TableDescription* to = nullptr;    // null: it goes
  std::vector<const ForeignKeyDescription*> dropped_keys{};
  std::vector<const ForeignKeyDescription*> added_keys{};
  std::vector<const IndexDescription*> dropped_indexes{};
  std::vector<const IndexDescription*> added_indexes{};
  struct IndexRename {  // nothing but the name changes
    const IndexDescription* from;
    const IndexDescription* to;
  };
  std::vector<IndexRename> renamed_indexes{};
  std::vector<const ColumnDescription*> dropped_columns{};
  std::vector<const ColumnDescription*> added_columns{};
  struct Change {
    const ColumnDescription* from;
    const ColumnDescription* to;
  };
  std::vector<Change> changed_columns{};
  bool new_primary_key = false;

  [[nodiscard]] bool empty() const;
};

// Points into both. Extras::keep leaves what the schema doesn't know, but for what stands in its way.
[[nodiscard]] std::vector<TableDifference> compare_layouts(const DatabaseDescription& from,
                                                           const DatabaseDescription& to,
                                                           Extras extras);

// Foreign keys go first and come last, whatever tables they are of.
[[nodiscard]] std::vector<MigrationStep> render_differences(
    const std::vector<TableDifference>& differences);

// BOOLEAN and tinyint(1), JSON and longtext: the server's word for what both say.
[[nodiscard]] std::string normal_type(std::string_view type);

}  // namespace trivet::store::mysql
