#include "app/migrate/project.h"

#include <algorithm>
#include <filesystem>

#include "app/check.h"
#include "app/database.h"
#include "app/project.h"
#include "store/sqlite/history/sqlite_target.h"

namespace trivet::app {

namespace fs = std::filesystem;

namespace {

bool has_datasource(const schema::SourceFile& file) {
  return file.text.starts_with("datasource ") ||
         file.text.find("\ndatasource ") != std::string::npos;
}

}  // namespace

std::string migrations_folder(const schema::Schema& schema) {
  const auto main = std::ranges::find_if(schema.files, has_datasource);
  const fs::path folder =
      main == schema.files.end() ? fs::path(".") : fs::path(main->path).parent_path();
  // Of a schema in many files, older Prisma versions have it one folder above.
  const fs::path above = folder / ".." / "migrations";
  std::error_code failed;
  if (!fs::exists(folder / "migrations", failed) &&
      fs::exists(above / "migration_lock.toml", failed))
    return above.lexically_normal().string();
  return (folder / "migrations").string();
}

bool has_migrations(const schema::Schema& schema) {
  std::error_code failed;
  for (fs::directory_iterator entries(migrations_folder(schema), failed), end;
       !failed && entries != end; entries.increment(failed))
    if (fs::exists(entries->path() / "migration.sql")) return true;
  return false;
}

result<std::unique_ptr<MigrationProject>> MigrationProject::open(const LoadedConfig& loaded,
                                                                 const Environment& environment) {
  auto project = std::make_unique<MigrationProject>();
  project->config = loaded.config;
  schema::CheckResult check = load_project_schema(loaded.config);
  check_servable(check);
  TRIVET_TRY(project->schema, require_schema(check));
  project->folder = migrations_folder(*project->schema);
  TRIVET_TRY(auto options, database_options(loaded.config, *project->schema, environment));
  project->target = std::make_unique<store::sqlite::SqliteTarget>(std::move(options),
                                                                  project->clock, project->random);
  return project;
}

result<std::unique_ptr<store::sql::MigrationTarget>> MigrationProject::other_database(
    const std::string& url) {
  Config other = config;
  other.database_url = url;
  TRIVET_TRY(auto options, database_options(other, *schema, {}));
  return std::make_unique<store::sqlite::SqliteTarget>(std::move(options), clock, random);
}

}  // namespace trivet::app
