// Who is asking. Made by auth from a verified credential; read by policies. A value; safe to share once made.
#pragma once

#include <cstdint>
#include <string>

namespace trivet {

enum class Role : uint8_t { anon, authenticated, service };

struct Identity {
  Role role = Role::anon;
  std::string role_name = "anon";  // the claim as sent
  // The token's claims, a JSON object; empty for anonymous. auth().x reads member x; auth().id falls back to `sub`.
  std::string claims_json;
  [[nodiscard]] bool bypasses_rules() const { return role == Role::service; }
};

}  // namespace trivet
