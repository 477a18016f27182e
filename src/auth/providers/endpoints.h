// Where a provider does what: its discovery document (OpenID Connect Discovery 1.0, section 4; RFC 8414),
// or a preset's addresses. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "auth/providers/provider.h"
#include "base/error.h"

namespace trivet::auth {

struct Endpoints {
  std::string authorize, token;
  std::string profile;  // userinfo; empty = none
  std::string keys;     // a JWK set; empty = none
  bool names_issuer = false;  // answers carry `iss` (RFC 9207)
  bool basic_auth = false;    // the client's secret goes into a header, else into the form
};

// Of a preset that has no document.
[[nodiscard]] Endpoints endpoints_of(const Preset& form);
// Where the document is.
[[nodiscard]] std::string discovery_url(const Provider& provider);
// Errors (connection_failed): no JSON object, of another issuer, or an address that may not be used.
[[nodiscard]] result<Endpoints> parse_endpoints(const Provider& provider,
                                                std::string_view document);

}  // namespace trivet::auth
