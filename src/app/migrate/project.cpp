#include "app/migrate/project.h"

#include <algorithm>
#include <filesystem>

#include "app/check.h"
#include "app/drivers/driver.h"
#include "app/project.h"

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
  TRIVET_TRY(const auto driver, find_driver(loaded.config, *project->schema, environment));
  TRIVET_TRY(project->target, driver->migrations({project->clock, project->random}));
  project->environment = environment;
  return project;
}

result<std::unique_ptr<store::sql::MigrationTarget>> MigrationProject::other_database(
    const std::string& url) {
  Config other = config;
  if (!url.empty()) {
    other.database_url = url;
    other.database_direct_url.clear();
  }
  TRIVET_TRY(const auto driver, find_driver(other, *schema, environment));
  return driver->migrations({clock, random});
}

}  // namespace trivet::app
