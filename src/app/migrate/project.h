// What the migrate commands work on: a project's schema, its database and its folder of migrations.
// Blocking; one thread.
#pragma once

#include <memory>
#include <string>

#include "app/config/config_load.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "schema/schema.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::app {

// `migrations` beside the file that holds the datasource, as Prisma has it.
[[nodiscard]] std::string migrations_folder(const schema::Schema& schema);
// Whether it holds any: then it is migrations that change the database, not `db push`.
[[nodiscard]] bool has_migrations(const schema::Schema& schema);

struct MigrationProject {
  // Refuses a schema that can't be served. Opens no database yet.
  [[nodiscard]] static result<std::unique_ptr<MigrationProject>> open(
      const LoadedConfig& loaded, const Environment& environment);

  // Another database of the same kind, file:PATH or postgres://…; or, for an empty url, the
  // project's own once more.
  [[nodiscard]] result<std::unique_ptr<store::sql::MigrationTarget>> other_database(
      const std::string& url);

  SystemClock clock;
  SystemRandom random;
  Config config;
  Environment environment;
  std::shared_ptr<const schema::Schema> schema;
  std::string folder;
  std::unique_ptr<store::sql::MigrationTarget> target;  // uses clock and random
};

}  // namespace trivet::app
