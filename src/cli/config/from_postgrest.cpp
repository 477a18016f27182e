// config from-postgrest.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "app/config/config_load.h"
#include "app/config/postgrest/translate.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

result<std::string> read_all(const std::string& path) {
  std::string text;
  if (path == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
    return text;
  }
  std::ifstream stream(path, std::ios::binary);
  text.assign(std::istreambuf_iterator<char>(stream), {});
  if (!stream) return fail(ErrorCode::file_error, fmt::format("{}: can't be read", path));
  return text;
}

}  // namespace

int run(const ConfigFromPostgrestArguments& arguments) {
  const auto text = read_all(arguments.file);
  if (!text) return report(text.error());
  const auto settings = app::read_postgrest_file(*text, app::process_environment());
  if (!settings) return report(fmt::format("{}: {}", arguments.file, settings.error().message));
  const app::TranslatedConfig translated = app::translate_postgrest(*settings);
  print(translated.toml);
  for (const std::string& note : translated.notes) print_note(fmt::format("note: {}\n", note));
  return exit_ok;
}

}  // namespace trivet::cli
