#include "auth/providers/provider.h"

#include <algorithm>

#include "auth/issuers/issuer.h"

namespace trivet::auth {
namespace {

std::unexpected<Error> bad(const ProviderOptions& options, const std::string& text) {
  return fail(ErrorCode::bad_config, "auth.providers." + options.name + ": " + text);
}

bool is_name(std::string_view name) {
  constexpr std::string_view custom = "custom:";
  if (name.starts_with(custom)) name.remove_prefix(custom.size());
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_address(const ProviderOptions& options, const std::string& url) {
  const auto address = parse_address(url);
  return address && (address->scheme == "https" || options.plain_http);
}

// Where a preset's addresses are when somebody hosts it himself.
void move_to(Preset& form, const ProviderOptions& options) {
  std::string base = options.url;
  if (base.ends_with('/')) base.pop_back();
  const bool is_github = form.name == "github";
  for (std::string* url : {&form.authorize, &form.token, &form.profile, &form.emails}) {
    if (url->empty()) continue;
    const size_t path = url->find('/', url->find("://") + 3);
    // GitHub Enterprise has its interface below a path of its own.
    const bool is_api = is_github && url->starts_with("https://api.");
    *url = base + (is_api ? "/api/v3" : "") + url->substr(path);
  }
}

result<void> choose_form(const ProviderOptions& options, Provider& provider) {
  const Preset* preset = find_preset(options.name);
  if (preset == nullptr && options.issuer.empty())
    return bad(options, "it is none of those that are known: give its issuer (OpenID Connect)");
  provider.form = preset != nullptr ? *preset : openid_preset();
  provider.form.name = options.name;
  const bool takes_url = options.name == "gitlab" || options.name == "github";
  if (!options.url.empty()) {
    if (!takes_url) return bad(options, "url is for a self-hosted gitlab or github; give issuer");
    if (!is_address(options, options.url)) return bad(options, "url is an https:// address");
    move_to(provider.form, options);
  }
  if (options.issuer.empty()) return {};
  if (preset != nullptr && preset->issuer.empty())
    return bad(options, "it has no issuer: that is for OpenID Connect");
  if (!is_address(options, options.issuer))
    return bad(options, "issuer is an https:// address without a query");
  provider.form.issuer = options.issuer;
  provider.form.discovery.clear();
  return {};
}

}  // namespace

result<Provider> check_provider(const ProviderOptions& options) {
  if (!is_name(options.name) || options.name == "email" || options.name == "phone")
    return bad(options, "its name is of letters, digits, _ and -, perhaps after custom:");
  if (options.client_id.empty())
    return bad(options, "client_id is missing; the provider gives it");
  Provider provider{options, {}};
  TRIVET_CHECK(choose_form(options, provider));
  if (!provider.is_openid() && options.client_secret.empty())
    return bad(options, "client_secret is missing; give it as a variable");
  return provider;
}

result<std::vector<Provider>> check_providers(const std::vector<ProviderOptions>& options) {
  if (options.size() > providers_max)
    return fail(ErrorCode::bad_config,
                "auth.providers: at most " + std::to_string(providers_max) + " are possible");
  std::vector<Provider> providers;
  for (const ProviderOptions& each : options) {
    TRIVET_TRY(Provider provider, check_provider(each));
    for (const Provider& other : providers)
      if (other.options.name == each.name) return bad(each, "there are two of this name");
    providers.push_back(std::move(provider));
  }
  return providers;
}

}  // namespace trivet::auth
