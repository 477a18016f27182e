// COSE keys (RFC 9052, section 7; RFC 9053), as authenticators write public ones, in the form of JWKs. Pure.
#pragma once

#include <optional>
#include <string>

#include "auth/webauthn/cbor.h"

namespace trivet::auth {

// The algorithms that are offered to authenticators, by their numbers (IANA's registry of COSE algorithms).
inline constexpr int64_t cose_algorithms[] = {-7, -35, -36, -257, -258, -259, -37, -38, -39, -8};

// A JWK with `alg`, not looked at further: Key::parse says whether it is a key. nullopt: a type, curve or
// algorithm that isn't offered, or parts missing.
[[nodiscard]] std::optional<std::string> jwk_of_cose(const Cbor& key);

}  // namespace trivet::auth
