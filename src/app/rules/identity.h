// Who is meant by `--as`, and by `as` in a test file. Blocking: may read the project's secret.
#pragma once

#include <string>
#include <string_view>

#include "app/config/config.h"
#include "base/error.h"
#include "value/identity.h"

namespace trivet::app {

// Claims as a JSON object; its "role" decides as in a token, and is "authenticated" where it is
// absent. Errors: bad_jwt_claims.
[[nodiscard]] result<Identity> identity_of_claims(std::string_view json);

// "anon" or nothing, "service", claims as a JSON object, or a token or key of the project.
[[nodiscard]] result<Identity> identity_of(const Config& config, const std::string& text);

}  // namespace trivet::app
