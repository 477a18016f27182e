#include "app/pull/pull.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "app/database.h"
#include "app/project.h"
#include "store/introspect/draft.h"
#include "store/introspect/mysql/mysql.h"
#include "store/introspect/postgres/postgres.h"
#include "store/introspect/sqlite.h"
#include "store/mysql/layout/url.h"

namespace trivet::app {
namespace {

namespace fs = std::filesystem;
using store::introspect::LiveDatabase;
using store::introspect::Pulled;

// Where a new schema goes.
std::string new_schema_path(const Config& config) {
  const fs::path path(schema_path(config));
  std::error_code ignored;
  return fs::is_directory(path, ignored) || !path.has_extension()
             ? (path / "schema.zmodel").string()
             : path.string();
}

// A folder without a schema is no error here: that is what the command is for.
bool has_schema(const Config& config) {
  const fs::path path(schema_path(config));
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return fs::exists(path, ignored);
  if (fs::exists(path / "schema.zmodel", ignored)) return true;
  for (const fs::path& folder : {path, path / "prisma"})
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".prisma") return true;
  return false;
}

result<schema::CheckResult> present_schema(const Config& config) {
  schema::CheckResult check = load_project_schema(config);
  if (check.ok()) return check;
  return fail(ErrorCode::bad_schema,
              "the present schema has errors: correct them first, or write it anew with --force\n" +
                  render_diagnostics(check));
}

// A new schema's datasource names the database by a path from the schema's file.
std::string sqlite_datasource(const std::string& database, const std::string& schema_file) {
  std::error_code ignored;
  const fs::path folder = fs::absolute(schema_file, ignored).parent_path();
  const fs::path absolute = fs::absolute(database, ignored).lexically_normal();
  const fs::path near = absolute.lexically_relative(folder.lexically_normal());
  std::string path = near.empty() ? absolute.string() : near.string();
  if (!path.starts_with('/') && !path.starts_with("..")) path = "./" + path;
  return "datasource db {\n  provider = \"sqlite\"\n  url      = \"file:" + path + "\"\n}\n";
}

// The URL may hold a password, so the schema doesn't.
std::string postgres_datasource(const std::vector<std::string>& schemas) {
  std::string list;
  for (const std::string& name : schemas) list += (list.empty() ? "" : ", ") + store::introspect::quoted(name);
  return "datasource db {\n  provider = \"postgresql\"\n  url      = env(\"DATABASE_URL\")\n" +
         (list.empty() ? std::string() : "  schemas  = [" + list + "]\n") + "}\n";
}

constexpr const char* mysql_datasource =
    "datasource db {\n  provider = \"mysql\"\n  url      = env(\"DATABASE_URL\")\n}\n";

bool is_postgres(std::string_view url) {
  return url.starts_with("postgres:") || url.starts_with("postgresql:");
}

// The request's URL, the configuration's, the schema's; empty: none says where the database is.
std::string url_of(const LoadedConfig& loaded, const PullRequest& request,
                   const schema::Schema* schema) {
  if (!request.url.empty()) return request.url;
  if (!loaded.config.database_url.empty()) return loaded.config.database_url;
  if (schema == nullptr) return {};
  if (schema->datasource.url_env.empty()) return schema->datasource.url;
  return loaded.from.environment ? loaded.from.environment(schema->datasource.url_env).value_or("")
                                 : std::string();
}

result<void> refuse_other_databases(std::string_view url) {
  for (const std::string_view scheme :
       {"mongodb:", "mongodb+srv:", "redis:", "sqlserver:"})
    if (url.starts_with(scheme))
      return fail(ErrorCode::bad_config,
                  fmt::format("a {} database can't be pulled: SQLite files (file:./data.db), "
                              "PostgreSQL (postgresql://…) and MariaDB (mysql://…) can",
                              scheme.substr(0, scheme.size() - 1)));
  return {};
}

result<std::string> sqlite_path(const LoadedConfig& loaded, const PullRequest& request,
                                const schema::Schema* schema) {
  std::string path;
  if (!request.url.empty()) {
    TRIVET_TRY(path, file_of_url(request.url, "."));
  } else {
    const schema::Schema none;
    TRIVET_TRY(const auto options,
               database_options(loaded.config, schema == nullptr ? none : *schema,
                                loaded.from.environment));
    path = options.path;
  }
  std::error_code ignored;
  if (fs::exists(path, ignored)) return path;
  return fail(ErrorCode::file_error, fmt::format("there is no database {}", path));
}

// Those that the present schema has, which --schema can't change: each model says its own.
result<std::vector<std::string>> schemas_of(const PullRequest& request, const schema::Schema* schema) {
  if (schema == nullptr) return request.schemas;
  const std::vector<std::string>& present = schema->datasource.schemas;
  for (const std::string& name : request.schemas)
    if (std::ranges::find(present, name) == present.end())
      return fail(ErrorCode::bad_config,
                  fmt::format("the schema \"{}\" is none of the present datasource's", name), {},
                  "write schemas = [\"public\", …] into it and @@schema into each model first; or write it anew with --force");
  return present;
}

struct Source {
  LiveDatabase live;
  std::string sqlite_path;  // empty: a server
};

result<Source> read_source(const LoadedConfig& loaded, const PullRequest& request,
                           const schema::Schema* schema) {
  const std::string url = url_of(loaded, request, schema);
  TRIVET_CHECK(refuse_other_databases(url));
  if (!request.schemas.empty() && !is_postgres(url))
    return fail(ErrorCode::bad_config, "--schema is of PostgreSQL: other databases have no schemas within");
  Source source;
  if (store::mysql::is_mysql_url(url)) {
    TRIVET_TRY(source.live, store::introspect::read_mysql(url, schema));
    return source;
  }
  if (is_postgres(url)) {
    TRIVET_TRY(const std::vector<std::string> schemas, schemas_of(request, schema));
    TRIVET_TRY(source.live, store::introspect::read_postgres(url, schemas));
    return source;
  }
  if (url.empty() && (schema == nullptr || schema->datasource.provider != schema::Provider::sqlite))
    return fail(ErrorCode::bad_config, "nothing says where the database is", {},
                "give its URL: trivet db pull file:PATH");
  store::sqlite::SqliteOptions options;
  TRIVET_TRY(options.path, sqlite_path(loaded, request, schema));
  options.key = loaded.config.database_key;
  options.missing = store::sqlite::Missing::refuse;
  TRIVET_TRY(source.live, store::introspect::read_sqlite(options));
  source.sqlite_path = options.path;
  return source;
}

std::string datasource_of(const Source& source, const std::string& schema_file) {
  switch (source.live.provider) {
    case schema::Provider::postgresql:
      return postgres_datasource(source.live.schemas);
    case schema::Provider::mysql:
      return mysql_datasource;
    default:
      return sqlite_datasource(source.sqlite_path, schema_file);
  }
}

result<void> write_file(const schema::SourceFile& file) {
  const std::string temporary = file.path + ".new";
  std::ofstream stream(temporary, std::ios::binary);
  if (!(stream << file.text).flush())
    return fail(ErrorCode::file_error, fmt::format("{}: can't be written", temporary));
  stream.close();
  if (std::rename(temporary.c_str(), file.path.c_str()) != 0)
    return fail(ErrorCode::file_error, fmt::format("{}: {}", file.path, std::strerror(errno)));
  return {};
}

std::optional<std::string> text_on_disk(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace

result<Pulled> pull_schema(const LoadedConfig& loaded, const PullRequest& request) {
  const bool update = request.present == Present::update && has_schema(loaded.config);
  schema::CheckResult present;
  if (update) {
    TRIVET_TRY(present, present_schema(loaded.config));
  }
  TRIVET_TRY(Source source, read_source(loaded, request, present.schema.get()));
  source.live.framework = request.framework;
  if (update) return store::introspect::update_schema(source.live, present);
  const std::string path = new_schema_path(loaded.config);
  return store::introspect::write_schema(source.live,
                                         datasource_of(source, path), path);
}

result<std::vector<std::string>> write_pulled(const Pulled& pulled) {
  std::vector<std::string> written;
  for (const schema::SourceFile& file : pulled.files) {
    const auto before = text_on_disk(file.path);
    if (before == file.text || (before && *before == "\xEF\xBB\xBF" + file.text)) continue;
    TRIVET_CHECK(write_file(file));
    written.push_back(file.path);
  }
  return written;
}

}  // namespace trivet::app
