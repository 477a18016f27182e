#include "app/config/config_load.h"

#include <fmt/format.h>

#include <cstdlib>

#include "app/config/issuer_settings.h"
#include "app/config/provider_settings.h"
#include "app/config/settings.h"
#include "app/config/toml_file.h"
#include "http/trusted_proxies.h"
#include "schema/report.h"

namespace trivet::app {
namespace {

std::string suggestion(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Setting& setting : settings()) names.push_back(setting.name);
  const std::string hint = schema::did_you_mean(name, names);
  return hint.empty() ? " (`trivet serve --print-config` lists all)" : "; " + hint;
}

class Loader {
 public:
  explicit Loader(std::string folder) { loaded_.config.folder = std::move(folder); }

  void set(const std::string& name, std::string_view value, const std::string& origin,
           const std::string& place) {
    const Setting* setting = find_setting(name);
    if (setting == nullptr) {
      problem(place, fmt::format("unknown setting {}{}", name, suggestion(name)));
      return;
    }
    if (const auto assigned = assign(*setting, loaded_.config, value); !assigned) {
      problem(place, fmt::format("{}: {}", name, assigned.error().message));
      return;
    }
    loaded_.origins[name] = origin;
  }

  // A number or a truth value in quotes is most likely a mistake, and a duration needs its unit.
  void set_from_toml(const TomlEntry& entry) {
    if (entry.name.starts_with(issuers_prefix)) {
      if (const auto set = set_issuer(loaded_.config, entry); !set)
        problem(entry.place, fmt::format("{}: {}", entry.name, set.error().message));
      return;
    }
    if (entry.name.starts_with(providers_prefix)) {
      if (const auto set = set_provider(loaded_.config, entry); !set)
        problem(entry.place, fmt::format("{}: {}", entry.name, set.error().message));
      loaded_.origins[entry.name] = entry.origin;
      return;
    }
    const Setting* setting = find_setting(entry.name);
    if (setting != nullptr && !fits(*setting, entry.kind)) {
      problem(entry.place, fmt::format("{}: expected {}", entry.name, type_text(*setting)));
      return;
    }
    set(entry.name, entry.value, entry.origin, entry.place);
  }

  void problem(std::string_view place, std::string_view text) {
    if (!problems_.empty()) problems_ += '\n';
    problems_ += fmt::format("{}: {}", place, text);
  }

  void take_provider_secrets(const Environment& environment) {
    for (const ProviderVariable& given : take_provider_variables(loaded_.config, environment))
      loaded_.origins[given.setting] = given.variable;
  }

  result<LoadedConfig> finish() {
    if (const std::string text = problem_of_providers(loaded_.config); problems_.empty() && !text.empty())
      problem("trivet.toml", text);
    if (const std::string text = problem_of_issuers(loaded_.config); problems_.empty() && !text.empty())
      problem("trivet.toml", text);
    check_services();
    if (const auto proxies = http::TrustedProxies::parse(loaded_.config.trusted_proxies);
        problems_.empty() && !proxies)
      problem("server.trusted_proxies", proxies.error().message);
    if (!problems_.empty()) return fail(ErrorCode::bad_config, std::move(problems_));
    return std::move(loaded_);
  }

 private:
  // Of services that are asked about passwords and people.
  void check_services() {
    const Config& config = loaded_.config;
    if (config.auth_captcha != "off" && config.auth_captcha_secret.empty())
      problem("auth.captcha_secret", "is missing: the verifier gave one with the site's key");
    const std::pair<std::string_view, const std::string&> urls[] = {
        {"auth.captcha_url", config.auth_captcha_url}, {"auth.password_breaches", config.auth_password_breaches}};
    for (const auto& [name, url] : urls)
      if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://127.0.0.1") &&
          !url.starts_with("http://localhost") && !url.starts_with("http://[::1]"))
        problem(name, fmt::format("\"{}\" is no https:// address; http:// is for this machine alone", url));
  }

  using Kind = TomlEntry::Kind;
  bool fits(const Setting& setting, Kind kind) {
    const Slot slot = setting.slot(loaded_.config);
    switch (kind) {
      case Kind::text:
        return !std::holds_alternative<bool*>(slot) && !std::holds_alternative<uint32_t*>(slot);
      case Kind::number:
        return std::holds_alternative<uint32_t*>(slot) || std::holds_alternative<uint64_t*>(slot);
      case Kind::boolean:
        return std::holds_alternative<bool*>(slot);
      case Kind::list:
        return std::holds_alternative<std::vector<std::string>*>(slot);
      case Kind::other:
        return false;
    }
    return false;
  }

  LoadedConfig loaded_;
  std::string problems_;
};

std::string origin_of(const LoadedConfig& loaded, const Setting& setting) {
  const auto found = loaded.origins.find(std::string(setting.name));
  return found == loaded.origins.end() ? "default" : found->second;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

result<LoadedConfig> load_config(const LoadOptions& options) {
  Loader loader(options.folder);
  for (const Override& own : options.defaults) loader.set(own.name, own.value, own.origin, own.origin);
  TRIVET_TRY(const auto entries, read_toml(options.folder + "/trivet.toml"));
  if (entries)
    for (const TomlEntry& entry : *entries) loader.set_from_toml(entry);
  if (options.environment)
    for (const Setting& setting : settings()) {
      const std::string variable = environment_name(setting);
      if (const auto value = options.environment(variable))
        loader.set(std::string(setting.name), *value, variable, variable);
    }
  if (options.environment) loader.take_provider_secrets(options.environment);
  for (const Override& override_ : options.overrides)
    loader.set(override_.name, override_.value, override_.origin, override_.origin);
  TRIVET_TRY(LoadedConfig loaded, loader.finish());
  loaded.from = options;
  return loaded;
}

result<Reread> reread_config(const LoadedConfig& current) {
  TRIVET_TRY(LoadedConfig fresh, load_config(current.from));
  Reread reread{std::move(fresh), {}, false};
  reread.is_changed = reread.loaded.config.auth_issuers != current.config.auth_issuers ||
                      reread.loaded.config.auth_providers != current.config.auth_providers;
  for (const Setting& setting : settings()) {
    if (has_same_value(setting, current.config, reread.loaded.config)) continue;
    if (setting.takes == Takes::reload) {
      reread.is_changed = true;
      continue;
    }
    reread.need_restart.emplace_back(setting.name);
    copy_value(setting, current.config, reread.loaded.config);
  }
  return reread;
}

std::string print_config(const LoadedConfig& loaded) {
  std::string text;
  std::string_view table;
  for (const Setting& setting : settings()) {
    const size_t dot = setting.name.find('.');
    if (setting.name.substr(0, dot) != table) {
      table = setting.name.substr(0, dot);
      text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", table);
    }
    const std::string line =
        fmt::format("{} = {}", setting.name.substr(dot + 1), value_text(setting, loaded.config));
    text += fmt::format("{:<44}  # {}\n", line, origin_of(loaded, setting));
  }
  return text + print_issuers(loaded.config) + print_providers(loaded.config);
}

std::string print_config_json(const LoadedConfig& loaded) {
  std::string text = "{";
  for (const Setting& setting : settings()) {
    // The TOML forms of texts, lists, numbers and truth values used here are JSON too.
    text += fmt::format("{}\n  \"{}\": {{\"value\": {}, \"origin\": \"{}\"}}",
                        text.size() > 1 ? "," : "", setting.name,
                        value_text(setting, loaded.config), origin_of(loaded, setting));
  }
  if (!loaded.config.auth_issuers.empty())
    text += fmt::format(",\n  \"auth.issuers\": {{\"value\": {}, \"origin\": \"trivet.toml\"}}",
                        print_issuers_json(loaded.config));
  if (!loaded.config.auth_providers.empty())
    text += fmt::format(",\n  \"auth.providers\": {{\"value\": {}, \"origin\": \"trivet.toml\"}}",
                        print_providers_json(loaded.config));
  return text + "\n}\n";
}

}  // namespace trivet::app
