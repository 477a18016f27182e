// An API key with a name: sb_publishable_… or sb_secret_… (dialects/auth.md, section 4), what it may do, and what is
// kept of it.
//
// The text is 16 random bytes and a checksum, shown once; only its SHA-256 is kept, which is enough for 128 random bits.
// It stands for a role: `anon`, `service_role`, or another name that rules see as auth().role. Scopes narrow where
// it may be used; what it reaches there is for the rules to say. Values; pure functions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/random.h"
#include "http/message.h"
#include "value/identity.h"

namespace trivet::auth {

enum class ApiKeyKind : uint8_t { publishable, secret };
[[nodiscard]] std::string_view api_key_kind_name(ApiKeyKind kind);

struct ApiKey {
  std::string id;    // UUID
  std::string name;  // unique
  ApiKeyKind kind = ApiKeyKind::secret;
  std::string role;
  std::string scopes;  // "rest:read rpc"; empty = everywhere
  std::string hash;    // hash_api_key of the text
  std::string hint;    // how the text begins
  int64_t created_at = 0;  // µs since 1970
  int64_t expires_at = 0;  // 0 = never

  bool operator==(const ApiKey&) const = default;
};

// A new text.
[[nodiscard]] std::string make_api_key(ApiKeyKind kind, Random& random);
// Whether it has the form and the checksum of one: others aren't looked for.
[[nodiscard]] bool is_api_key(std::string_view text);
[[nodiscard]] std::string hash_api_key(std::string_view text);  // SHA-256, base64url
[[nodiscard]] std::string api_key_hint(std::string_view text);

// Who its bearer is for rules.
[[nodiscard]] Identity identity_of(const ApiKey& key);

// Errors (bad_config): a publishable key for another role than anon, a scope that there isn't.
[[nodiscard]] result<void> check_api_key(const ApiKey& key);

// Scopes are words: an area (rest, rpc, auth), alone or with ":read" (GET and HEAD) or ":write" (the
// others). What belongs to no area needs a key without scopes.
[[nodiscard]] bool allows(std::string_view scopes, const http::Request& request);

}  // namespace trivet::auth
