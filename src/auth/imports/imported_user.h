// A user as another system had it, in our terms. A value.
#pragma once

#include <cstdint>
#include <string>

namespace trivet::auth {

struct ImportedUser {
  std::string id;             // UUID, lower case
  std::string email;          // as it was written there
  std::string password_hash;  // what check_password_hash takes; empty: none
  std::string role;           // empty = authenticated
  std::string user_metadata = "{}", app_metadata = "{}";  // JSON objects
  // µs since 1970; 0 = never, not known.
  int64_t email_confirmed_at = 0, created_at = 0, last_sign_in_at = 0, banned_until = 0;
};

}  // namespace trivet::auth
