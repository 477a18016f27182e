#include <fmt/format.h>

#include "app/config/keys_file.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace trivet::cli {
namespace {

std::string as_json(const auth::ProjectKeys& keys) {
  return fmt::format(
      "{{\"anon_key\":\"{}\",\"service_role_key\":\"{}\",\"publishable_key\":\"{}\",\"secret_key\":"
      "\"{}\"}}\n",
      keys.anon_jwt, keys.service_jwt, keys.publishable, keys.secret_key);
}

std::string as_text(const auth::ProjectKeys& keys) {
  return fmt::format(
      "publishable key   {}\n"
      "secret key        {}\n"
      "anon key          {}\n"
      "service_role key  {}\n",
      keys.publishable, keys.secret_key, keys.anon_jwt, keys.service_jwt);
}

}  // namespace

int run(const KeysArguments& arguments) {
  const auto loaded = app::load_config(
      {arguments.common.folder, app::process_environment(), arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  SystemRandom random;
  const bool rotate = arguments.rotate == Switch::on;
  if (rotate && !loaded->config.jwt_secret.empty())
    return report("the secret is given by auth.jwt_secret: change it there");
  const auto keys = app::create_keys(loaded->config, random,
                                     rotate ? app::Existing::replace : app::Existing::keep);
  if (!keys) return report(keys.error());
  print(arguments.common.output == Output::json ? as_json(*keys) : as_text(*keys));
  if (arguments.common.output == Output::text)
    print_note(dim(
        "Publishable and anon keys may be shown to anyone; the other two bypass every rule.\n"));
  return exit_ok;
}

}  // namespace trivet::cli
