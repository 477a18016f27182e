// Which claim of a token names the caller's role, where roles are a database's own (PostgREST's jwt-role-claim-key).
//
// A path in the claims: .role, .app.roles[0], ."https://example.org/role". Filters ([?(@ == "x")]) are refused. Values; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trivet::auth {

struct RoleClaim {
  struct Step {
    std::string name;  // of a member; else
    size_t index = 0;  // of an element, from 0
    bool is_index = false;
  };
  std::vector<Step> path{{.name = "role"}};
};

// bad_config says what is expected.
[[nodiscard]] result<RoleClaim> parse_role_claim(std::string_view text);

// The text there; nullopt if there is none.
[[nodiscard]] std::optional<std::string> find_role(std::string_view claims_json, const RoleClaim& claim);

// How a database's roles are named.
struct DatabaseRoles {
  std::string anonymous = "anon";  // of requests that name none
  RoleClaim claim;
};

}  // namespace trivet::auth
