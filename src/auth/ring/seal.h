// Secrets at rest: AES-256-GCM under keys derived from the project's secret (HKDF-SHA256, RFC 5869).
// What a sealed text belongs to is bound to it, so that it can't be put elsewhere. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace trivet::auth {

// `count` bytes (at most 255 × 32) for one purpose; another label gives unrelated ones.
[[nodiscard]] std::string derive_bytes(std::string_view secret, std::string_view label,
                                       size_t count);

// base64url of nonce, ciphertext and tag. `key` has 32 bytes; at most 2³² seals under one key.
[[nodiscard]] std::string seal(std::string_view key, std::string_view plain,
                               std::string_view belongs_to, Random& random);

// nullopt when it was sealed with another key, for something else, or changed.
[[nodiscard]] std::optional<std::string> unseal(std::string_view key, std::string_view sealed,
                                                std::string_view belongs_to);

}  // namespace trivet::auth
