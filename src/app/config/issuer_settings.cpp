#include "app/config/issuer_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "auth/issuers/issuers.h"
#include "schema/report.h"
#include "value/json_writer.h"

namespace trivet::app {
namespace {

using auth::IssuerOptions;
using Kind = TomlEntry::Kind;
using Slot = std::variant<std::string IssuerOptions::*, std::vector<std::string> IssuerOptions::*,
                          bool IssuerOptions::*>;

struct IssuerSetting {
  std::string_view name;
  Slot slot;
};

// What each means: auth/issuers/issuer.h, docs/auth-issuers.md.
constexpr IssuerSetting table[] = {
    {"issuer", &IssuerOptions::issuer},         {"audience", &IssuerOptions::audience},
    {"algorithms", &IssuerOptions::algorithms}, {"jwks_url", &IssuerOptions::jwks_url},
    {"role", &IssuerOptions::role},             {"role_claim", &IssuerOptions::role_claim},
    {"roles", &IssuerOptions::roles},           {"id_claim", &IssuerOptions::id_claim},
    {"id_prefix", &IssuerOptions::id_prefix},   {"claims", &IssuerOptions::claims},
    {"ca_file", &IssuerOptions::ca_file},       {"plain_http", &IssuerOptions::plain_http},
};

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

// A comma is what TomlEntry puts between the items of a list.
std::vector<std::string> items_of(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) items.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

result<void> assign(const IssuerSetting& setting, IssuerOptions& options, const TomlEntry& entry) {
  const auto text = [&](std::string IssuerOptions::*member) -> result<void> {
    if (entry.kind != Kind::text) return fail(ErrorCode::bad_config, "expected text");
    options.*member = entry.value;
    return {};
  };
  const auto list = [&](std::vector<std::string> IssuerOptions::*member) -> result<void> {
    if (entry.kind != Kind::text && entry.kind != Kind::list)
      return fail(ErrorCode::bad_config, "expected a list of text");
    options.*member =
        entry.kind == Kind::text ? std::vector<std::string>{entry.value} : items_of(entry.value);
    return {};
  };
  const auto boolean = [&](bool IssuerOptions::*member) -> result<void> {
    if (entry.kind != Kind::boolean) return fail(ErrorCode::bad_config, "expected true or false");
    options.*member = entry.value == "true";
    return {};
  };
  return std::visit(Overloaded{text, list, boolean}, setting.slot);
}

std::string suggestion(std::string_view name) {
  std::vector<std::string_view> names;
  for (const IssuerSetting& setting : table) names.push_back(setting.name);
  const std::string hint = schema::did_you_mean(name, names);
  return hint.empty() ? fmt::format("; there are {}", fmt::join(names, ", ")) : "; " + hint;
}

std::string quote(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

// The forms of TOML and JSON are the same here.
std::string value_of(const IssuerSetting& setting, const IssuerOptions& options) {
  const auto text = [&](std::string IssuerOptions::*member) { return quote(options.*member); };
  const auto list = [&](std::vector<std::string> IssuerOptions::*member) {
    std::vector<std::string> quoted;
    std::ranges::transform(options.*member, std::back_inserter(quoted), quote);
    return fmt::format("[{}]", fmt::join(quoted, ", "));
  };
  const auto boolean = [&](bool IssuerOptions::*member) {
    return std::string(options.*member ? "true" : "false");
  };
  return std::visit(Overloaded{text, list, boolean}, setting.slot);
}

}  // namespace

result<void> set_issuer(Config& config, const TomlEntry& entry) {
  std::string_view rest = std::string_view(entry.name).substr(issuers_prefix.size());
  size_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || end == rest.data() + rest.size() || *end != '.')
    return fail(ErrorCode::bad_config, "issuers are written as [[auth.issuers]]");
  rest.remove_prefix(static_cast<size_t>(end - rest.data()) + 1);
  const auto* setting = std::ranges::find(table, rest, &IssuerSetting::name);
  if (setting == std::end(table))
    return fail(ErrorCode::bad_config, "unknown setting" + suggestion(rest));
  if (number >= auth::issuers_max)
    return fail(ErrorCode::bad_config, fmt::format("at most {} are possible", auth::issuers_max));
  if (config.auth_issuers.size() <= number) config.auth_issuers.resize(number + 1);
  return assign(*setting, config.auth_issuers[number], entry);
}

std::string problem_of_issuers(const Config& config) {
  if (const auto checked = auth::check_issuers(config.auth_issuers); !checked)
    return checked.error().message;
  // As tokens of our own write it: they would be taken for that issuer's.
  const std::string own = config.auth_external_url + "/auth/v1";
  for (const IssuerOptions& issuer : config.auth_issuers)
    if (issuer.issuer == own)
      return fmt::format("auth.issuers \"{}\" is this server itself (auth.external_url)", own);
  return {};
}

std::vector<auth::IssuerOptions> issuers_of(const Config& config) {
  std::vector<auth::IssuerOptions> issuers = config.auth_issuers;
  for (auth::IssuerOptions& issuer : issuers)
    if (!issuer.ca_file.empty() && !issuer.ca_file.starts_with('/'))
      issuer.ca_file = config.folder + '/' + issuer.ca_file;
  return issuers;
}

std::string print_issuers(const Config& config) {
  std::string text;
  for (const IssuerOptions& issuer : config.auth_issuers) {
    text += "\n[[auth.issuers]]\n";
    for (const IssuerSetting& setting : table)
      text += fmt::format("{} = {}\n", setting.name, value_of(setting, issuer));
  }
  return text;
}

std::string print_issuers_json(const Config& config) {
  std::string text = "[";
  for (const IssuerOptions& issuer : config.auth_issuers) {
    text += text.size() > 1 ? ", {" : "{";
    for (const IssuerSetting& setting : table)
      text += fmt::format("{}\"{}\": {}", text.back() == '{' ? "" : ", ", setting.name,
                          value_of(setting, issuer));
    text += '}';
  }
  return text + ']';
}

}  // namespace trivet::app
