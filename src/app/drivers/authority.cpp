#include "app/drivers/authority.h"

#include <fmt/format.h>

namespace trivet::app {
namespace {

result<void> check_unused(const Config& config) {
  const Config defaults;
  const std::pair<std::string_view, bool> given[] = {
      {"rest.anonymous_role", config.anonymous_role != defaults.anonymous_role},
      {"rest.role_claim", config.role_claim != defaults.role_claim},
      {"rest.pre_request", !config.pre_request.empty()},
      {"rest.search_path", !config.search_path.empty()},
  };
  for (const auto& [name, is_given] : given)
    if (is_given)
      return fail(ErrorCode::bad_config,
                  fmt::format("{} holds only where rest.authority = \"database\"", name));
  return {};
}

}  // namespace

engine::Authority authority_of(const Config& config) {
  return config.authority == "database" ? engine::Authority::database : engine::Authority::rules;
}

result<void> check_authority(const Config& config, Driver& driver) {
  if (authority_of(config) == engine::Authority::rules) return check_unused(config);
  if (!config.functions.empty())
    return fail(ErrorCode::bad_config,
                "rest.functions has no meaning where the database decides: each role calls what it may EXECUTE");
  TRIVET_TRY(const auth::RoleClaim claim, auth::parse_role_claim(config.role_claim));
  if (config.anonymous && config.anonymous_role.empty())
    return fail(ErrorCode::bad_config, "rest.anonymous_role is empty", {},
                "name the role of requests without a token, or set auth.anonymous = false");
  return driver.check_roles(config.anonymous ? config.anonymous_role : std::string());
}

std::optional<auth::DatabaseRoles> database_roles(const Config& config) {
  if (authority_of(config) == engine::Authority::rules) return std::nullopt;
  return auth::DatabaseRoles{config.anonymous_role,
                             auth::parse_role_claim(config.role_claim).value_or(auth::RoleClaim())};
}

std::string_view authority_text(engine::Authority authority) {
  return authority == engine::Authority::rules
             ? "the schema's rules decide what callers may"
             : "the database decides what callers may, by its roles, grants and row security; the schema's rules are not applied";
}

}  // namespace trivet::app
