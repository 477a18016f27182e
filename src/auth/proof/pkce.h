// Proof Key for Code Exchange (RFC 7636): who began a flow keeps a verifier and sends a challenge made
// of it; the code at the end of the flow is worth something only beside the verifier. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "auth/records/refusal.h"

namespace trivet::auth {

// "s256:…" or "plain:…", the form in which it is stored; empty if neither is given. Errors:
// validation_failed for one without the other, an unknown method, letters or lengths that the RFC
// doesn't allow (section 4.2).
[[nodiscard]] answer<std::string> check_challenge(std::string_view challenge,
                                                  std::string_view method);

// Whether `verifier` is the one that the stored challenge was made of. In constant time.
[[nodiscard]] bool answers_challenge(std::string_view stored, std::string_view verifier);

// The S256 challenge of a verifier.
[[nodiscard]] std::string s256_challenge(std::string_view verifier);

}  // namespace trivet::auth
