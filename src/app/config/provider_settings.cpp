#include "app/config/provider_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <variant>

#include "schema/report.h"
#include "value/json_writer.h"

namespace trivet::app {
namespace {

using auth::ProviderOptions;
using Kind = TomlEntry::Kind;
using Slot = std::variant<std::string ProviderOptions::*, std::vector<std::string> ProviderOptions::*,
                          bool ProviderOptions::*>;

struct ProviderSetting {
  std::string_view name;
  Slot slot;
};

constexpr std::string_view secret = "client_secret";

// What each means: auth/providers/provider.h, docs/auth.md.
constexpr ProviderSetting table[] = {
    {"client_id", &ProviderOptions::client_id},
    {secret, &ProviderOptions::client_secret},
    {"client_ids", &ProviderOptions::client_ids},
    {"issuer", &ProviderOptions::issuer},
    {"url", &ProviderOptions::url},
    {"scopes", &ProviderOptions::scopes},
    {"trust_email", &ProviderOptions::trust_email},
    {"email_optional", &ProviderOptions::email_optional},
    {"ca_file", &ProviderOptions::ca_file},
    {"plain_http", &ProviderOptions::plain_http},
};

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

std::vector<std::string> items_of(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) items.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

result<void> assign(const ProviderSetting& setting, ProviderOptions& options,
                    const TomlEntry& entry) {
  const auto text = [&](std::string ProviderOptions::*member) -> result<void> {
    if (entry.kind != Kind::text) return fail(ErrorCode::bad_config, "expected text");
    options.*member = entry.value;
    return {};
  };
  const auto list = [&](std::vector<std::string> ProviderOptions::*member) -> result<void> {
    if (entry.kind != Kind::text && entry.kind != Kind::list)
      return fail(ErrorCode::bad_config, "expected a list of text");
    options.*member = items_of(entry.value);
    return {};
  };
  const auto boolean = [&](bool ProviderOptions::*member) -> result<void> {
    if (entry.kind != Kind::boolean) return fail(ErrorCode::bad_config, "expected true or false");
    options.*member = entry.value == "true";
    return {};
  };
  return std::visit(Overloaded{text, list, boolean}, setting.slot);
}

std::string quote(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

// The forms of TOML and JSON are the same here.
std::string value_of(const ProviderSetting& setting, const ProviderOptions& options) {
  if (setting.name == secret) return options.client_secret.empty() ? "\"\"" : "\"(set)\"";
  const auto text = [&](std::string ProviderOptions::*member) { return quote(options.*member); };
  const auto list = [&](std::vector<std::string> ProviderOptions::*member) {
    std::vector<std::string> quoted;
    std::ranges::transform(options.*member, std::back_inserter(quoted), quote);
    return fmt::format("[{}]", fmt::join(quoted, ", "));
  };
  const auto boolean = [&](bool ProviderOptions::*member) {
    return std::string(options.*member ? "true" : "false");
  };
  return std::visit(Overloaded{text, list, boolean}, setting.slot);
}

std::string name_of(const ProviderOptions& provider, std::string_view setting) {
  return fmt::format("{}{}.{}", providers_prefix, provider.name, setting);
}

}  // namespace

result<void> set_provider(Config& config, const TomlEntry& entry) {
  const std::string_view rest = std::string_view(entry.name).substr(providers_prefix.size());
  const size_t dot = rest.rfind('.');
  if (dot == rest.npos)
    return fail(ErrorCode::bad_config, "providers are written as [auth.providers.google]");
  const std::string_view name = rest.substr(0, dot);
  const auto* setting = std::ranges::find(table, rest.substr(dot + 1), &ProviderSetting::name);
  if (setting == std::end(table)) {
    std::vector<std::string_view> names;
    for (const ProviderSetting& known : table) names.push_back(known.name);
    const std::string hint = schema::did_you_mean(rest.substr(dot + 1), names);
    return fail(ErrorCode::bad_config,
                "unknown setting; " +
                    (hint.empty() ? fmt::format("there are {}", fmt::join(names, ", ")) : hint));
  }
  auto found = std::ranges::find(config.auth_providers, name, &ProviderOptions::name);
  if (found == config.auth_providers.end()) {
    ProviderOptions fresh;
    fresh.name = name;
    found = config.auth_providers.insert(found, std::move(fresh));
  }
  return assign(*setting, *found, entry);
}

std::vector<ProviderVariable> take_provider_variables(Config& config,
                                                      const Environment& environment) {
  std::vector<ProviderVariable> taken;
  for (ProviderOptions& provider : config.auth_providers) {
    const std::pair<std::string_view, std::string*> slots[] = {
        {"client_id", &provider.client_id}, {secret, &provider.client_secret}};
    for (const auto& [setting, slot] : slots) {
      const std::string name = name_of(provider, setting);
      const std::string variable = provider_variable(name);
      const auto value = environment(variable);
      if (!value) continue;
      *slot = *value;
      taken.push_back({name, variable});
    }
  }
  return taken;
}

std::string provider_variable(std::string_view setting) {
  std::string name = "TRIVET_";
  for (const char c : setting) {
    const bool is_letter = c >= 'a' && c <= 'z';
    const bool is_digit = c >= '0' && c <= '9';
    name += is_letter ? static_cast<char>(c - 32) : is_digit ? c : '_';
  }
  return name;
}

std::string provider_secret_name(const ProviderOptions& provider) {
  return name_of(provider, secret);
}

std::string problem_of_providers(const Config& config) {
  const auto checked = auth::check_providers(config.auth_providers);
  return checked ? std::string() : checked.error().message;
}

std::string print_providers(const Config& config) {
  std::string text;
  for (const ProviderOptions& provider : config.auth_providers) {
    text += fmt::format("\n[auth.providers.{}]\n",
                        provider.name.find(':') == std::string::npos ? provider.name
                                                                     : quote(provider.name));
    for (const ProviderSetting& setting : table)
      text += fmt::format("{} = {}\n", setting.name, value_of(setting, provider));
  }
  return text;
}

std::string print_providers_json(const Config& config) {
  std::string text = "{";
  for (const ProviderOptions& provider : config.auth_providers) {
    text += fmt::format("{}{}: {{", text.size() > 1 ? ", " : "", quote(provider.name));
    for (const ProviderSetting& setting : table)
      text += fmt::format("{}\"{}\": {}", text.back() == '{' ? "" : ", ", setting.name,
                          value_of(setting, provider));
    text += '}';
  }
  return text + '}';
}

}  // namespace trivet::app
