#include "app/config/safety.h"

#include <fmt/format.h>

#include "app/config/keys_file.h"
#include "app/config/provider_settings.h"
#include "app/config/settings.h"

namespace trivet::app {
namespace {

bool comes_from_file(const LoadedConfig& loaded, const Setting& setting) {
  const auto found = loaded.origins.find(std::string(setting.name));
  return found != loaded.origins.end() && found->second.find("trivet.toml") != std::string::npos;
}

// A URL with a password in it is one too.
bool holds_secret(const Setting& setting, const Config& config) {
  return setting.is_secret ||
         (setting.name == "database.url" && value_text(setting, config).find("***") != std::string::npos);
}

void check_config_file(const LoadedConfig& loaded, std::vector<std::string>& reasons) {
  for (const auth::ProviderOptions& provider : loaded.config.auth_providers) {
    const std::string name = provider_secret_name(provider);
    const auto found = loaded.origins.find(name);
    if (found == loaded.origins.end() || found->second.find("trivet.toml") == std::string::npos)
      continue;
    if (auto reason = readable_by_others(loaded.config.folder + "/trivet.toml"))
      reasons.push_back(fmt::format("{} is in trivet.toml: {}, or give it as {}", name, *reason,
                                    provider_variable(name)));
  }
  for (const Setting& setting : settings()) {
    if (!holds_secret(setting, loaded.config) || !comes_from_file(loaded, setting)) continue;
    if (auto reason = readable_by_others(loaded.config.folder + "/trivet.toml"))
      reasons.push_back(fmt::format("{} is in trivet.toml: {}, or give it as {}", setting.name,
                                    *reason, environment_name(setting)));
  }
}

void check_secret(const Config& config, std::vector<std::string>& reasons) {
  const auto keys = load_keys(config);
  if (!keys) {
    reasons.push_back(keys.error().message);
  } else if (!*keys) {
    reasons.push_back(fmt::format(
        "the project has no secret: `trivet keys` makes one in {}, or set TRIVET_AUTH_JWT_SECRET",
        keys_path(config)));
  } else if (config.jwt_secret.empty()) {
    if (auto reason = readable_by_others(keys_path(config))) reasons.push_back(*std::move(reason));
  }
}

}  // namespace

std::vector<std::string> unsafe_settings(const LoadedConfig& loaded) {
  std::vector<std::string> reasons;
  check_secret(loaded.config, reasons);
  check_config_file(loaded, reasons);
  return reasons;
}

}  // namespace trivet::app
