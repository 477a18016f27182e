#include "app/project.h"

#include <fmt/format.h>

#include <filesystem>

namespace trivet::app {
namespace fs = std::filesystem;

result<std::string> file_of_url(std::string_view url, const std::string& folder) {
  const fs::path base(folder);
  if (url.starts_with("sqlite:")) url.remove_prefix(7);
  if (url.starts_with("file:"))
    url.remove_prefix(5);
  else if (url.find("://") != url.npos)
    return fail(ErrorCode::bad_config,
                fmt::format("the database {} can't be opened: this build has the SQLite driver, "
                            "whose URLs look like file:./data.db",
                            url.substr(0, url.find("://"))));
  url = url.substr(0, url.find('?'));
  if (url.starts_with("//")) url.remove_prefix(2);
  if (url.empty()) return fail(ErrorCode::bad_config, "database.url names no file");
  const fs::path path(url);
  return (path.is_absolute() ? path : base / path).lexically_normal().string();
}

std::string schema_path(const Config& config) {
  if (config.schema.empty()) return config.folder;
  const fs::path path(config.schema);
  return path.is_absolute() ? config.schema : (fs::path(config.folder) / path).string();
}

schema::CheckResult load_project_schema(const Config& config) {
  return schema::load_schema(schema_path(config));
}

std::string render_diagnostics(const schema::CheckResult& check) {
  std::string text;
  for (const schema::Diagnostic& diagnostic : check.diagnostics)
    text += schema::render_diagnostic(check.files, diagnostic);
  return text;
}

result<std::shared_ptr<const schema::Schema>> require_schema(const schema::CheckResult& check) {
  if (check.ok()) return check.schema;
  return fail(ErrorCode::bad_schema, render_diagnostics(check));
}

result<std::string> database_path(const Config& config, const schema::Schema& schema,
                                  const std::string& env_value) {
  if (!config.database_url.empty()) return file_of_url(config.database_url, config.folder);
  const fs::path schema_folder = schema.files.empty()
                                     ? fs::path(config.folder)
                                     : fs::path(schema.files.front().path).parent_path();
  if (!schema.datasource.url.empty()) return file_of_url(schema.datasource.url, schema_folder.string());
  if (schema.datasource.url_env.empty()) return file_of_url("file:./data.db", config.folder);
  if (!env_value.empty()) return file_of_url(env_value, schema_folder.string());
  return fail(ErrorCode::bad_config,
              fmt::format("the schema's datasource takes its url from {}, which is not set",
                          schema.datasource.url_env));
}

}  // namespace trivet::app
