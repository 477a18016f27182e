#include "app/pull.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "app/database.h"
#include "app/project.h"
#include "store/introspect/sqlite.h"

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
std::string datasource_text(const std::string& database, const std::string& schema_file) {
  std::error_code ignored;
  const fs::path folder = fs::absolute(schema_file, ignored).parent_path();
  const fs::path absolute = fs::absolute(database, ignored).lexically_normal();
  fs::path near = absolute.lexically_relative(folder.lexically_normal());
  std::string path = near.empty() ? absolute.string() : near.string();
  if (!path.starts_with('/') && !path.starts_with("..")) path = "./" + path;
  return "datasource db {\n  provider = \"sqlite\"\n  url      = \"file:" + path + "\"\n}\n";
}

result<void> refuse_other_databases(const std::string& url) {
  for (const std::string_view scheme : {"mysql:", "mariadb:", "mongodb:", "mongodb+srv:", "redis:",
                                        "sqlserver:", "postgres:", "postgresql:"})
    if (url.starts_with(scheme))
      return fail(
          ErrorCode::bad_config,
          fmt::format(
              "a {} database can't be pulled: this build reads SQLite files, whose URLs look like "
              "file:./data.db",
              scheme.substr(0, scheme.size() - 1)));
  return {};
}

result<std::string> source_path(const LoadedConfig& loaded, const PullRequest& request,
                                const schema::Schema* schema) {
  if (!request.url.empty()) {
    TRIVET_CHECK(refuse_other_databases(request.url));
    return file_of_url(request.url, ".");
  }
  const Config& config = loaded.config;
  if (schema == nullptr && config.database_url.empty())
    return fail(ErrorCode::bad_config,
                "there is no schema yet, so nothing says where the database is", {},
                "give its URL: trivet db pull file:PATH");
  const schema::Schema none;
  TRIVET_TRY(const auto options,
             database_options(config, schema == nullptr ? none : *schema, loaded.from.environment));
  return options.path;
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
  store::sqlite::SqliteOptions options;
  TRIVET_TRY(options.path, source_path(loaded, request, present.schema.get()));
  options.key = loaded.config.database_key;
  options.missing = store::sqlite::Missing::refuse;
  std::error_code ignored;
  if (!fs::exists(options.path, ignored))
    return fail(ErrorCode::file_error, fmt::format("there is no database {}", options.path));
  TRIVET_TRY(const LiveDatabase live, store::introspect::read_sqlite(options));
  if (update) return store::introspect::update_schema(live, present);
  const std::string path = new_schema_path(loaded.config);
  return store::introspect::write_schema(live, datasource_text(options.path, path), path);
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
