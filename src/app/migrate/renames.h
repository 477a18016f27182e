// Which names change: what the project's people declare, and what the schema says itself. Nothing
// is guessed; what may have been meant stays undecided until somebody says. Values.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "store/sql/layout/layout_diff.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::app {

// As written on the command line.
struct RenameChoices {
  std::vector<std::string> renames;  // "Model.old=new", "OldModel=NewModel"; fields or columns
  std::vector<std::string> drops;    // "Model.old", "OldModel": it is not renamed but goes
};

struct RenamedDiff {
  store::sql::LayoutDiff diff;
  std::vector<store::sql::Rename> undecided;  // candidates: what would go may have been renamed so
};

// bad_config if a choice names what isn't there.
struct LayoutPair {
  const store::DatabaseDescription& from;
  const store::DatabaseDescription& to;
};
[[nodiscard]] result<RenamedDiff> diff_with_renames(const store::sql::MigrationTarget& target,
                                                    const LayoutPair& layouts,
                                                    const schema::Schema& schema,
                                                    const RenameChoices& choices);

// "Model.old=new", as a choice.
[[nodiscard]] std::string written(const store::sql::Rename& rename);

}  // namespace trivet::app
