// A provider that people sign in with: what a project writes ([auth.providers.NAME]), and that, checked,
// over what is known of the well-known ones (presets.h). Values; pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/providers/presets.h"
#include "base/error.h"

namespace trivet::auth {

inline constexpr size_t providers_max = 32;

struct ProviderOptions {
  std::string name;           // as clients write it: "google", "custom:intranet"
  std::string client_id;      // that the provider gave this project
  std::string client_secret;  // empty: a public client, with PKCE alone
  std::vector<std::string> client_ids;  // others whose ID tokens are accepted: of mobile applications
  std::string issuer;  // OpenID Connect, found by discovery; empty = the preset's
  std::string url;     // of a self-hosted GitLab or GitHub; empty = the public one
  std::vector<std::string> scopes;  // besides the preset's
  bool trust_email = false;     // its addresses count as shown, whether it says so or not
  bool email_optional = false;  // people without a shown address may sign in
  std::string ca_file;          // PEM; empty = the machine's authorities
  bool plain_http = false;      // for tests: http:// to this machine itself

  bool operator==(const ProviderOptions&) const = default;
};

struct Provider {
  ProviderOptions options;
  Preset form;  // the preset's, or that of any OpenID Connect provider

  // By discovery and ID tokens; else plain OAuth.
  [[nodiscard]] bool is_openid() const { return !form.issuer.empty(); }
};

// Errors: bad_config, saying what is expected of which setting.
[[nodiscard]] result<Provider> check_provider(const ProviderOptions& options);
// All of a project, by name. Errors as above, too many, or two of one name.
[[nodiscard]] result<std::vector<Provider>> check_providers(
    const std::vector<ProviderOptions>& options);

}  // namespace trivet::auth
