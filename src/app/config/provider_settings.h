// The settings of one [auth.providers.NAME] of trivet.toml: a table like settings.h's, for things that
// have names. client_id and client_secret may be variables instead: TRIVET_AUTH_PROVIDERS_GOOGLE_CLIENT_SECRET.
// Static data; pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"
#include "app/config/config_load.h"
#include "app/config/toml_file.h"
#include "base/error.h"

namespace trivet::app {

inline constexpr std::string_view providers_prefix = "auth.providers.";

// Takes an entry whose name begins with providers_prefix. Errors: bad_config, what is expected.
[[nodiscard]] result<void> set_provider(Config& config, const TomlEntry& entry);

struct ProviderVariable {
  std::string setting;   // "auth.providers.google.client_secret"
  std::string variable;  // that it came from
};
// Variables of the providers that the file names.
[[nodiscard]] std::vector<ProviderVariable> take_provider_variables(Config& config,
                                                                    const Environment& environment);
// "TRIVET_AUTH_PROVIDERS_GOOGLE_CLIENT_SECRET" of such a setting.
[[nodiscard]] std::string provider_variable(std::string_view setting);
[[nodiscard]] std::string provider_secret_name(const auth::ProviderOptions& provider);

// What can't be used of them; empty = nothing.
[[nodiscard]] std::string problem_of_providers(const Config& config);

// As TOML, without secrets; empty if there are none. And as a JSON object.
[[nodiscard]] std::string print_providers(const Config& config);
[[nodiscard]] std::string print_providers_json(const Config& config);

}  // namespace trivet::app
