// Providers whose addresses, scopes and profiles are known (dialects/auth.md, 8.5.1), as data.
//
// A profile's members are named by paths ("picture.data.url"), the first that is there of several
// ("global_name|username"), or a text around them ("https://cdn/{id}/{avatar}.png"). Static data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trivet::auth {

// What shows that an address is its owner's.
enum class EmailProof : uint8_t {
  flag,     // `verified` names a member that is true
  present,  // … a member that is there at all
  none,     // the provider doesn't say: the operator may (trust_email)
};

struct Preset {
  std::string name;
  // OpenID Connect. May hold {tenantid}, which stands for the claim `tid`.
  std::string issuer{};
  std::string discovery{};  // where its document is, if not below the issuer
  // Plain OAuth; and what discovery gives else.
  std::string authorize{}, token{}, profile{};
  std::string emails{};  // a list of addresses with `primary` and `verified`; empty = none
  std::string scopes{};  // joined by blanks
  bool form_post = false;  // the answer comes as a form (Apple)
  bool pkce = true;
  EmailProof proof = EmailProof::flag;

  std::string subject = "sub", email = "email", verified = "email_verified", full_name = "name",
              picture = "picture", user_name = "preferred_username";
};

// Null: not one of them. Static storage.
[[nodiscard]] const Preset* find_preset(std::string_view name);
// Any OpenID Connect provider.
[[nodiscard]] const Preset& openid_preset();

}  // namespace trivet::auth
