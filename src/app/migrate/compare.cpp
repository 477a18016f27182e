#include "app/migrate/compare.h"

#include <fmt/format.h>

#include <filesystem>

#include "app/migrate/folder.h"
#include "app/migrate/replay.h"
#include "app/project.h"

namespace trivet::app {
namespace {

namespace fs = std::filesystem;

struct Side {
  store::DatabaseDescription layout;
  std::shared_ptr<const schema::Schema> schema;       // if it is one
  std::unique_ptr<store::sql::MigrationTarget> rows;  // if it is a database
};

result<store::DatabaseDescription> layout_of_migrations(MigrationProject& project,
                                                        const std::string& folder) {
  TRIVET_TRY(const auto files, read_migrations(folder, project.target->provider()));
  TRIVET_TRY(Replay replay, Replay::begin(*project.target));
  for (const MigrationFile& file : files) TRIVET_CHECK(replay.apply(file));
  return replay.layout();
}

result<Side> read_schema_side(MigrationProject& project,
                              std::shared_ptr<const schema::Schema> schema) {
  Side side;
  TRIVET_TRY(side.layout, project.target->layout_of(*schema));
  side.schema = std::move(schema);
  return side;
}

result<Side> read_database_side(MigrationProject& project, const std::string& url) {
  Side side;
  TRIVET_TRY(side.rows, project.other_database(url));
  TRIVET_TRY(side.layout, side.rows->describe());
  return side;
}

result<Side> read_side(MigrationProject& project, const std::string& name) {
  Side side;
  if (name == "empty") return side;
  if (name == "schema") return read_schema_side(project, project.schema);
  if (name == "database") return read_database_side(project, {});
  if (name.starts_with("file:") || name.find("://") != name.npos)
    return read_database_side(project, name);
  if (name == "migrations") {
    TRIVET_TRY(side.layout, layout_of_migrations(project, project.folder));
    return side;
  }
  const bool is_schema = name.ends_with(".zmodel") || name.ends_with(".prisma");
  if (is_schema && fs::exists(name)) {
    const schema::CheckResult check = schema::load_schema(name);
    TRIVET_TRY(auto schema, require_schema(check));
    return read_schema_side(project, std::move(schema));
  }
  if (fs::is_directory(name)) {
    TRIVET_TRY(side.layout, layout_of_migrations(project, name));
    return side;
  }
  return fail(ErrorCode::bad_config,
              fmt::format("{} is none of: empty, schema, migrations, database, file:PATH or the url of a "
                          "database, a schema's file, a folder of migrations",
                          name));
}

}  // namespace

result<Comparison> compare_sides(MigrationProject& project, const std::string& from,
                                 const std::string& to, const RenameChoices& choices) {
  TRIVET_TRY(const Side left, read_side(project, from));
  TRIVET_TRY(const Side right, read_side(project, to));
  const schema::Schema& schema = right.schema ? *right.schema : *project.schema;
  TRIVET_TRY(RenamedDiff found, diff_with_renames(*project.target, {left.layout, right.layout},
                                                  schema, choices));
  Comparison comparison{std::move(found.diff), std::move(found.undecided), {}};
  TRIVET_TRY(const auto nothing, project.target->shadow());
  TRIVET_TRY(comparison.dangers,
             find_dangers(left.rows ? *left.rows : *nothing, comparison.diff, {}));
  return comparison;
}

}  // namespace trivet::app
