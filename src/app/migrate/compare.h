// Any two layouts side by side: those of the schema, the migrations, a database, or nothing.
// Changes nothing. Blocking; values.
#pragma once

#include <string>

#include "app/migrate/danger.h"
#include "app/migrate/project.h"
#include "app/migrate/renames.h"

namespace trivet::app {

struct Comparison {
  store::sql::LayoutDiff diff;
  std::vector<store::sql::Rename> undecided;  // what the difference takes for a drop
  std::vector<Danger> dangers;                // for the rows of `from`, if that is a database
};

// Each side is "empty", "schema", "migrations", "database", file:PATH or the url of a database, or the path of
// a schema or of a folder of migrations.
[[nodiscard]] result<Comparison> compare_sides(MigrationProject& project, const std::string& from,
                                               const std::string& to, const RenameChoices& choices);

}  // namespace trivet::app
