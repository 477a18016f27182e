#include "app/drivers/driver.h"

#include <fmt/format.h>

#include "app/drivers/mysql_driver.h"
#include "app/drivers/postgres_driver.h"
#include "app/drivers/sqlite_driver.h"
#include "store/mysql/layout/url.h"
#include "store/mysql/mysql_store.h"
#include "store/postgres/layout/url.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/sqlite_store.h"

namespace trivet::app {
namespace {

std::unexpected<Error> wrong_provider(std::string_view provider, std::string_view url_kind) {
  return fail(
      ErrorCode::bad_config,
      fmt::format("the schema is written for {}, but the database's url is {}", provider, url_kind),
      {},
      "`provider` of the schema's datasource and `[database] url` (or the datasource's "
      "url) must be of one kind");
}

std::string_view title_of(schema::Provider provider) {
  if (provider == schema::Provider::postgresql) return "PostgreSQL";
  return provider == schema::Provider::mysql ? "MySQL" : "SQLite";
}

}  // namespace

std::string written_url(const Config& config, const schema::Schema& schema,
                        const Environment& environment) {
  if (!config.database_url.empty()) return config.database_url;
  if (!schema.datasource.url.empty()) return schema.datasource.url;
  if (schema.datasource.url_env.empty() || !environment) return {};
  return environment(schema.datasource.url_env).value_or("");
}

result<std::unique_ptr<store::sql::MigrationTarget>> Driver::migrations(const TargetParts&) {
  return fail(ErrorCode::bad_config,
              fmt::format("`trivet migrate` doesn't work on the kind of database that {} is",
                          place()),
              {}, "`trivet db push` makes its tables what the schema says");
}

result<std::unique_ptr<Driver>> find_driver(const Config& config, const schema::Schema& schema,
                                            const Environment& environment) {
  const std::string url = written_url(config, schema, environment);
  const schema::Provider provider = schema.datasource.provider;
  if (store::postgres::is_postgres_url(url)) {
    if (provider != schema::Provider::postgresql)
      return wrong_provider(title_of(provider), "PostgreSQL's");
    return make_postgres_driver(config, schema, url);
  }
  if (!config.database_replicas.empty())
    return fail(ErrorCode::bad_config, "database.replicas are of PostgreSQL alone", {}, "take them away");
  if (store::mysql::is_mysql_url(url)) {
    if (provider != schema::Provider::mysql) return wrong_provider(title_of(provider), "MariaDB's");
    return make_mysql_driver(config, url);
  }
  const std::string scheme = url.substr(0, url.find(':'));
  if (url.find("://") != std::string::npos && scheme != "file" && scheme != "sqlite")
    return fail(ErrorCode::bad_config,
                fmt::format("the database {} can't be opened: this build has drivers for SQLite "
                            "(file:./data.db), PostgreSQL (postgres://user@host/database) and MariaDB "
                            "(mysql://user@host/database)",
                            scheme));
  if (provider == schema::Provider::postgresql && url.empty())
    return fail(ErrorCode::bad_config,
                "the schema is written for PostgreSQL, and nothing says where the database is", {},
                "set `[database] url`, or TRIVET_DATABASE_URL, to postgres://user@host/database");
  if (provider == schema::Provider::mysql && url.empty())
    return fail(ErrorCode::bad_config,
                "the schema is written for MySQL, and nothing says where the database is", {},
                "set `[database] url`, or TRIVET_DATABASE_URL, to mysql://user@host/database");
  if (provider != schema::Provider::sqlite) return wrong_provider(title_of(provider), "a file's");
  return make_sqlite_driver(config, schema, environment);
}

result<void> Driver::check_roles(const std::string&) {
  return fail(ErrorCode::bad_config,
              "rest.authority = \"database\" needs a database that decides itself who may what", {},
              "that is PostgreSQL; elsewhere the schema's rules decide");
}

result<std::vector<Counter>> Driver::counters(const schema::Schema&) {
  return fail(ErrorCode::missing_capability,
              fmt::format("{} can't be moved from or to: its counters can't be read", place()));
}

result<void> Driver::raise_counters(const schema::Schema& schema, const std::vector<Counter>&) {
  if (const auto readable = counters(schema); !readable) return std::unexpected(readable.error());
  return {};
}

result<void> explain_changes(result<void> prepared) {
  if (prepared) return {};
  Error error = std::move(prepared).error();
  std::string why = "what @@realtime needs can't be made: " + error.message;
  if (!error.details.empty() && error.details != error.message) why += " (" + error.details + ")";
  return fail(ErrorCode::bad_config, std::move(why), {},
              "let the database's user make a table and triggers, or take @@realtime away");
}

std::vector<Counter> counters_of(const schema::Schema& schema) {
  std::vector<Counter> counters;
  for (size_t model = 0; model < schema.models.size(); ++model) {
    if (schema.models[model].is_view) continue;
    for (const int field : schema.models[model].columns)
      if (schema.models[model].fields[static_cast<size_t>(field)].default_value.kind ==
          schema::DefaultKind::autoincrement)
        counters.push_back({static_cast<int>(model), field, 0});
  }
  return counters;
}

store::Capabilities capabilities_for(const schema::Schema& schema) {
  switch (schema.datasource.provider) {
    case schema::Provider::postgresql:
      return store::postgres::postgres_capabilities();
    case schema::Provider::mysql:
      return store::mysql::mysql_capabilities();
    default:
      return store::sqlite::sqlite_capabilities();
  }
}

}  // namespace trivet::app
