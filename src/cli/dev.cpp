#include <fmt/format.h>

#include "app/app.h"
#include "app/config/keys_file.h"
#include "app/config/settings.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

void print_welcome(const app::Served& served, const app::Config& config,
                   const auth::ProjectKeys& keys) {
  const std::string url = app::url_of(served, served.endpoints.front());
  const auto line = [](std::string_view name, std::string_view value) {
    print_note(fmt::format("  {}  {}\n", dim(fmt::format("{:<16}", name)), value));
  };
  print_note(fmt::format("\n  {}\n\n", bold("Trivet is serving " + config.folder)));
  line("REST", url + "/rest/v1/");
  if (config.docs) line("reference", url + "/docs");
  if (config.docs) line("OpenAPI", url + "/openapi.json");
  if (!served.admin_endpoint.empty()) line("metrics", "http://" + served.admin_endpoint + "/metrics");
  line("database", served.database);
  line("publishable key", keys.publishable);
  line("secret key", keys.secret_key);
  print_note(fmt::format("\n  {}\n\n",
                         dim("Changes of the schema and trivet.toml are applied as you save. Ctrl-C stops.")));
}

}  // namespace

int run(const DevArguments& arguments) {
  auto loaded = app::load_config({.folder = arguments.common.folder,
                                  .environment = app::process_environment(),
                                  .overrides = arguments.common.overrides,
                                  // Development shows where time goes, and binds no browser
                                  // to HTTPS on localhost.
                                  .defaults = {{"server.timing", "true", "trivet dev"},
                                               {"tls.hsts", "0s", "trivet dev"}}});
  if (!loaded) return report(loaded.error());
  app::StartOptions options;
  options.loaded = *loaded;
  options.mode = app::Mode::dev;
  options.port_file = arguments.port_file;
  const auto app = app::App::start(std::move(options));
  if (!app) return report(app.error());
  const auto keys = app::load_keys(loaded->config);
  if (keys && *keys) print_welcome((*app)->served(), loaded->config, **keys);
  (*app)->wait();
  return exit_ok;
}

}  // namespace trivet::cli
