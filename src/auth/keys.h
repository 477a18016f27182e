// The keys of a project, all derived from one secret: whoever keeps that file safe keeps everything
// safe.
//
// Opaque keys (sb_publishable_…, sb_secret_…) are HMACs of the secret; the JWT keys are tokens for
// the roles anon and service_role without an expiry, as client libraries expect. Changing the
// secret revokes them all. A value.
#pragma once

#include <string>
#include <string_view>

namespace trivet::auth {

inline constexpr size_t secret_bytes_min = 32;

struct ProjectKeys {
  std::string secret;       // HS256 key
  std::string publishable;  // role anon; may be shown to anyone
  std::string secret_key;   // role service_role; bypasses rules
  std::string anon_jwt;
  std::string service_jwt;

  bool operator==(const ProjectKeys&) const = default;
};

// `secret` has at least secret_bytes_min bytes.
[[nodiscard]] ProjectKeys derive_keys(std::string secret);

}  // namespace trivet::auth
