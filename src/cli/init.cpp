#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "app/config/keys_file.h"
#include "cli/commands.h"
#include "cli/templates.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

namespace fs = std::filesystem;

std::string with_name(std::string_view text, const std::string& name) {
  std::string replaced(text);
  constexpr std::string_view mark = "NAME";
  for (size_t at = replaced.find(mark); at != replaced.npos;
       at = replaced.find(mark, at + name.size()))
    replaced.replace(at, mark.size(), name);
  return replaced;
}

// The first file that is already there, or empty.
std::string in_the_way(const fs::path& folder) {
  for (const TemplateFile& file : project_template())
    if (fs::exists(folder / file.path) && file.path != ".gitignore" && file.path != "README.md")
      return (folder / file.path).string();
  return {};
}

result<void> write_files(const fs::path& folder, const std::string& name) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return fail(ErrorCode::file_error, fmt::format("{}: {}", folder.string(), error.message()));
  for (const TemplateFile& file : project_template()) {
    const fs::path path = folder / file.path;
    if (fs::exists(path)) continue;
    std::ofstream stream(path, std::ios::binary);
    if (!(stream << with_name(file.text, name)).flush())
      return fail(ErrorCode::file_error, fmt::format("{}: can't be written", path.string()));
  }
  return {};
}

}  // namespace

int run(const InitArguments& arguments) {
  const fs::path folder(arguments.name);
  const std::string name = fs::absolute(folder).lexically_normal().filename().string();
  if (const std::string path = in_the_way(folder); !path.empty())
    return report(fmt::format("{} is already there: this is a project", path));
  if (const auto written = write_files(folder, name.empty() ? "project" : name); !written)
    return report(written.error());
  app::Config config;
  config.folder = folder.string();
  SystemRandom random;
  if (const auto keys = app::create_keys(config, random, app::Existing::keep); !keys)
    return report(keys.error());
  print(fmt::format("made {}\n\n  cd {}\n  trivet dev\n", folder.string(), folder.string()));
  return exit_ok;
}

}  // namespace trivet::cli
