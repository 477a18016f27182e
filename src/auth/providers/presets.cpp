#include "auth/providers/presets.h"

#include <algorithm>
#include <vector>

namespace trivet::auth {
namespace {

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = {
      {.name = "google",
       .issuer = "https://accounts.google.com",
       .scopes = "openid email profile"},
      {.name = "apple",
       .issuer = "https://appleid.apple.com",
       .scopes = "openid email name",
       .form_post = true,
       .pkce = false},
      // Its claim `email` is what a tenant's administrator wrote; xms_edov says that the tenant owns the domain.
      {.name = "azure",
       .issuer = "https://login.microsoftonline.com/{tenantid}/v2.0",
       .discovery =
           "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
       .scopes = "openid email",
       .verified = "xms_edov"},
      {.name = "slack_oidc", .issuer = "https://slack.com", .scopes = "openid email profile", .pkce = false},
      {.name = "github",
       .authorize = "https://github.com/login/oauth/authorize",
       .token = "https://github.com/login/oauth/access_token",
       .profile = "https://api.github.com/user",
       .emails = "https://api.github.com/user/emails",
       .scopes = "user:email",
       .subject = "id",
       .full_name = "name",
       .picture = "avatar_url",
       .user_name = "login"},
      {.name = "gitlab",
       .authorize = "https://gitlab.com/oauth/authorize",
       .token = "https://gitlab.com/oauth/token",
       .profile = "https://gitlab.com/api/v4/user",
       .scopes = "read_user",
       .proof = EmailProof::present,
       .subject = "id",
       .verified = "confirmed_at",
       .picture = "avatar_url",
       .user_name = "username"},
      {.name = "discord",
       .authorize = "https://discord.com/api/oauth2/authorize",
       .token = "https://discord.com/api/oauth2/token",
       .profile = "https://discord.com/api/users/@me",
       .scopes = "email identify",
       .subject = "id",
       .verified = "verified",
       .full_name = "global_name|username",
       .picture = "https://cdn.discordapp.com/avatars/{id}/{avatar}.png",
       .user_name = "username"},
      {.name = "facebook",
       .authorize = "https://www.facebook.com/dialog/oauth",
       .token = "https://graph.facebook.com/oauth/access_token",
       .profile = "https://graph.facebook.com/me?fields=id,email,first_name,last_name,name,picture",
       .scopes = "email",
       .pkce = false,
       .proof = EmailProof::none,
       .subject = "id",
       .picture = "picture.data.url"},
  };
  return all;
}

}  // namespace

const Preset* find_preset(std::string_view name) {
  const auto found = std::ranges::find(presets(), name, &Preset::name);
  return found == presets().end() ? nullptr : &*found;
}

const Preset& openid_preset() {
  static const Preset any{.name = "openid", .scopes = "openid email profile"};
  return any;
}

}  // namespace trivet::auth
