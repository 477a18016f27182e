// Where an issuer's keys are, and the keys: OpenID Connect Discovery 1.0, section 4, or RFC 8414.
//
// The document counts only if its `issuer` is the configured one, letter by letter; the address of
// keys that it names obeys the same rules as configured ones, and one on another host may not lead
// into private networks. Blocks as long as `fetch` does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/issuers/fetch.h"
#include "auth/issuers/issuer.h"
#include "auth/jose/key_set.h"
#include "base/error.h"

namespace trivet::auth {

// In the order to try.
[[nodiscard]] std::vector<std::string> discovery_urls(const Issuer& issuer);

// "jwks_uri" of a discovery document. Errors: connection_failed, with what is wrong.
[[nodiscard]] result<std::string> parse_discovery(const Issuer& issuer, std::string_view document);

// Errors: connection_failed, for the log.
[[nodiscard]] result<KeySet> fetch_keys(const Issuer& issuer, const Fetch& fetch,
                                        const std::atomic<bool>& stop);

}  // namespace trivet::auth
