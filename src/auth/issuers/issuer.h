// A foreign issuer: whose tokens are accepted beside our own, and what becomes of their claims
// (dialects/auth.md, section 11: resource server; docs/auth-issuers.md).
//
// IssuerOptions is what a project writes; Issuer is that, checked. Default closed: only what is
// listed is accepted, and a token gives the role `anon` until the project says otherwise. Values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jose/algorithm.h"
#include "base/error.h"

namespace trivet::auth {

inline constexpr size_t issuers_max = 16;

struct IssuerOptions {
  std::string issuer;                 // the claim "iss", letter by letter
  std::vector<std::string> audience;  // one of them is in "aud"
  std::vector<std::string> algorithms{"RS256", "ES256"};
  std::string jwks_url;  // empty = found by discovery
  std::string role;      // of a token that `roles` says nothing about; empty = anon
  std::string role_claim;
  std::vector<std::string> roles;  // "value of the claim: role", the first that fits
  std::string id_claim = "sub";    // what auth().id is
  std::string id_prefix;           // put before it
  std::vector<std::string> claims;  // "name in rules: claim of the token"
  std::string ca_file;              // PEM; empty = the machine's authorities
  bool plain_http = false;          // for tests: http:// to this machine itself

  bool operator==(const IssuerOptions&) const = default;
};

struct Renaming {
  std::string from;
  std::string to;
};

struct Issuer {
  std::string name;  // "iss"
  std::vector<std::string> audience;
  std::vector<Algorithm> algorithms;
  std::string jwks_url;  // empty = found by discovery
  std::string role;
  std::string role_claim;
  std::vector<Renaming> roles;  // a value of the claim → a role
  std::string id_claim;
  std::string id_prefix;
  std::vector<Renaming> claims;  // a claim of the token → its name in rules
  std::string ca_file;
  bool plain_http = false;

  [[nodiscard]] bool allows(Algorithm algorithm) const;
};

// Errors: bad_config, saying what is expected of which setting.
[[nodiscard]] result<Issuer> check_issuer(const IssuerOptions& options);

// The parts of an address that decide where a request goes. nullopt unless it is an absolute
// http(s) one without user, query and fragment.
struct Address {
  std::string scheme;
  std::string host;  // as in the URL, lower case
};
[[nodiscard]] std::optional<Address> parse_address(const std::string& url);

// Whether an issuer may name this address for its keys: https, or plain http if it may use that.
[[nodiscard]] bool is_fetchable(const Issuer& issuer, const std::string& url);

}  // namespace trivet::auth
