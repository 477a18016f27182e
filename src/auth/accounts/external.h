// Signing in elsewhere: what begins at /authorize, what comes back at /callback (dialects/auth.md, 8.5).
// Values.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "auth/providers/profile.h"

namespace trivet::auth {

struct ExternalStart {
  std::string provider, redirect_to;
  std::string challenge;  // pkce.h; empty: the end is a session
  std::vector<std::string> scopes;
  std::vector<std::pair<std::string, std::string>> extra;  // for the provider
  std::string browser;  // the secret that this browser has already; empty = none
  std::string linking_user{};  // who gets the identity; empty: whoever it is signs in
};

struct ExternalAway {
  std::string url;
  std::string browser;  // the secret to keep in a cookie
  bool cross_site = false;  // the way back is a POST from another site
};

// What /callback got.
struct ExternalReturn {
  std::string state, code, issuer, user;
  std::string error, error_description;
  std::string browser;
};

// An ID token that the application got by itself.
struct ExternalToken {
  std::string provider, token, access_token, nonce;
};

// Who a provider says that somebody is, and how that is taken.
struct Entering {
  ExternalProfile profile;
  bool email_optional = false;  // an address that wasn't shown keeps nobody out
  std::string linking_user{};
};

}  // namespace trivet::auth
