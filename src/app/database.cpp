#include "app/database.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/migrate/project.h"
#include "app/project.h"

namespace trivet::app {

namespace sqlite = store::sqlite;
using store::Migration;

namespace {

std::vector<std::string> titles_of(const Migration& migration) {
  std::vector<std::string> titles;
  std::ranges::transform(migration.steps, std::back_inserter(titles), &store::MigrationStep::title);
  return titles;
}

// What brings the database in step: a project with a history of migrations goes on with it.
std::string_view remedy(const schema::Schema& schema) {
  return has_migrations(schema) ? "`trivet migrate dev` (in production `trivet migrate deploy`)"
                                : "`trivet db push`";
}

std::vector<std::string> loss_texts(const Migration& migration) {
  std::vector<std::string> texts;
  std::ranges::transform(migration.losses, std::back_inserter(texts), &store::Loss::text);
  return texts;
}

}  // namespace

result<sqlite::SqliteOptions> database_options(const Config& config, const schema::Schema& schema,
                                               const Environment& environment) {
  std::string env_value;
  if (!schema.datasource.url_env.empty() && environment)
    env_value = environment(schema.datasource.url_env).value_or("");
  sqlite::SqliteOptions options;
  TRIVET_TRY(options.path, database_path(config, schema, env_value));
  options.key = config.database_key;
  return options;
}

result<void> require_in_sync(Driver& driver, const schema::Schema& schema) {
  if (auto found = driver.find(); !found) {
    Error error = std::move(found).error();
    if (has_migrations(schema)) error.hint = fmt::format("{} makes what it needs", remedy(schema));
    return std::unexpected(std::move(error));
  }
  TRIVET_TRY(const Migration migration, driver.plan(schema, Extras::keep));
  if (migration.empty()) return {};
  return fail(
      ErrorCode::bad_config,
      fmt::format("the database {} is not what the schema says: {} makes it so", driver.place(),
                  remedy(schema)),
      fmt::format("missing: {}", fmt::join(titles_of(migration), "; ")));
}

result<std::vector<std::string>> push_without_loss(Driver& driver, const schema::Schema& schema) {
  if (has_migrations(schema)) {
    TRIVET_CHECK(require_in_sync(driver, schema));
    return std::vector<std::string>();
  }
  TRIVET_TRY(const Migration migration, driver.plan(schema, Extras::keep));
  if (migration.empty()) return std::vector<std::string>();
  if (!migration.losses.empty())
    return fail(ErrorCode::would_lose_data,
                fmt::format("the schema's change would lose data in {}", driver.place()),
                fmt::format("{}", fmt::join(loss_texts(migration), "\n  ")),
                "`trivet db push --accept-data-loss` does it all the same");
  TRIVET_CHECK(driver.apply(migration, DataLoss::refuse));
  return titles_of(migration);
}

}  // namespace trivet::app
