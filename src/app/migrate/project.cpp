#include "app/migrate/project.h"

#include <filesystem>

#include "app/check.h"
#include "app/database.h"
#include "app/project.h"
#include "store/sqlite/history/sqlite_target.h"

namespace trivet::app {

namespace fs = std::filesystem;

std::string migrations_folder(const schema::Schema& schema) {
  const fs::path file = schema.files.empty() ? "schema.zmodel" : schema.files.front().path;
  return (file.parent_path() / "migrations").string();
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
  project->target = std::make_unique<store::sqlite::SqliteTarget>(
      std::move(options), project->clock, project->random);
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
