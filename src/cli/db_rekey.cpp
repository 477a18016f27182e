#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/database.h"
#include "app/project.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "store/sqlite/rekey.h"

namespace trivet::cli {
namespace {

// First line, so that the newline of an editor or of echo is not part of the key.
result<std::string> read_key(const std::string& path) {
  std::string key;
  if (path == "-") {
    std::getline(std::cin, key);
  } else {
    std::ifstream stream(path);
    if (!std::getline(stream, key)) return fail(ErrorCode::file_error, path + ": no key in it");
  }
  if (key.empty())
    return fail(ErrorCode::bad_parameter, "the new key is empty; --decrypt takes a key away");
  return key;
}

result<std::string> new_key(const DbRekeyArguments& arguments,
                            const app::Environment& environment) {
  if (arguments.decrypt == Switch::on) return std::string();
  if (!arguments.new_key_file.empty()) return read_key(arguments.new_key_file);
  if (auto key = environment("TRIVET_DATABASE_NEW_KEY"); key && !key->empty())
    return *std::move(key);
  return fail(ErrorCode::bad_parameter,
              "no new key: set TRIVET_DATABASE_NEW_KEY, or give --new-key-file or --decrypt");
}

bool is_on_server(const app::Config& config, const schema::Schema& schema) {
  return schema.datasource.provider != schema::Provider::sqlite ||
         (config.database_url.find("://") != std::string::npos &&
          !config.database_url.starts_with("file:") && !config.database_url.starts_with("sqlite:"));
}

}  // namespace

int run(const DbRekeyArguments& arguments) {
  const auto environment = app::process_environment();
  const auto loaded =
      app::load_config({arguments.common.folder, environment, arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  const auto schema = app::require_schema(app::load_project_schema(loaded->config));
  if (!schema) return report(schema.error());
  if (is_on_server(loaded->config, **schema))
    return report(
        "`db rekey` is for SQLite: the key encrypts its file. A database on a server is encrypted "
        "by that server's disk or file system");
  const auto key = new_key(arguments, environment);
  if (!key) {
    report(key.error());
    return exit_usage;
  }
  const auto options = app::database_options(loaded->config, **schema, environment);
  if (!options) return report(options.error());
  if (!std::filesystem::exists(options->path))
    return report(fmt::format("there is no database {}", options->path));
  if (const auto done = store::sqlite::rekey_database(*options, *key); !done)
    return report(done.error());
  print(key->empty()
            ? fmt::format("{} is decrypted\n", options->path)
            : fmt::format("{} is encrypted with the new key: give it as TRIVET_DATABASE_KEY\n",
                          options->path));
  return exit_ok;
}

}  // namespace trivet::cli
