#include <fmt/format.h>

#include "app/app.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

int print_config(const ServeArguments& arguments, const app::LoadedConfig& loaded) {
  print(arguments.common.output == Output::json ? app::print_config_json(loaded)
                                                : app::print_config(loaded));
  return exit_ok;
}

}  // namespace

int run(const ServeArguments& arguments) {
  auto loaded = app::load_config(
      {arguments.common.folder, app::process_environment(), arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  if (arguments.print_config == Switch::on) return print_config(arguments, *loaded);
  app::StartOptions options;
  options.loaded = *std::move(loaded);
  options.port_file = arguments.port_file;
  const auto app = app::App::start(std::move(options));
  if (!app) return report(app.error());
  (*app)->wait();
  return exit_ok;
}

}  // namespace trivet::cli
