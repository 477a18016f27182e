// Who decides what callers may, as the configuration says, and whether that can be ([rest] authority). Blocking.
#pragma once

#include <optional>
#include <string_view>

#include "app/config/config.h"
#include "app/drivers/driver.h"
#include "auth/roles/role_claim.h"
#include "engine/authority.h"

namespace trivet::app {

[[nodiscard]] engine::Authority authority_of(const Config& config);

// bad_config, by name: settings that hold only where the database decides, or only where it doesn't; a database that can't; a
// login that is above its rules, or may not become anonymous.
[[nodiscard]] result<void> check_authority(const Config& config, Driver& driver);

// Absent where the rules decide. The settings were checked.
[[nodiscard]] std::optional<auth::DatabaseRoles> database_roles(const Config& config);

// For people, at the start.
[[nodiscard]] std::string_view authority_text(engine::Authority authority);

}  // namespace trivet::app
