// Whether a login may hand authority over to the database: what is asked before anything is served. Blocking.
#pragma once

#include <string>

#include "store/postgres/layout/session.h"

namespace trivet::store::postgres {

struct Roles {
  std::string anonymous;    // of requests that name none
  std::string pre_request;  // as SQL names it; empty = none
};

// bad_config where the login or the role of nobody is above row security (SUPERUSER, BYPASSRLS), the login may not take that role, or
// the function isn't there. The session must be in no transaction.
[[nodiscard]] result<void> check_roles(Session& session, const Roles& roles);

// "api.check" → "api"."check"; quoted parts as they are; empty for empty. bad_config if it is no name.
[[nodiscard]] result<std::string> quoted_function(std::string_view name);

}  // namespace trivet::store::postgres
