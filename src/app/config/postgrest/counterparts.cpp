#include "app/config/postgrest/counterparts.h"

#include <array>
#include <utility>

namespace trivet::app {
namespace {

using enum PostgrestForm;

constexpr Counterpart counterparts[] = {
    {"db-aggregates-enabled", "rest.aggregates", boolean},
    {"db-pool-acquisition-timeout", "database.queue_timeout", seconds},
    {"db-pre-request", "rest.pre_request", text},
    {"db-plan-enabled", "rest.plans", boolean},
    {"jwt-aud", "auth.audience", text},
    {"jwt-role-claim-key", "rest.role_claim", text},
    {"server-cors-allowed-origins", "server.cors_origins", list},
    {"server-timing-enabled", "server.timing", boolean},
};

constexpr WithoutCounterpart without[] = {
    {"app.settings.", "",
     "the database has it if it says so: ALTER DATABASE … SET \"app.settings.…\" = …"},
    {"client-error-verbosity", "verbose", "errors always have details and a hint where there are any"},
    {"db-channel", "pgrst", "the schema is a file, not the database: SIGHUP reads it again"},
    {"db-channel-enabled", "false", "the schema is a file, not the database: SIGHUP reads it again"},
    {"db-config", "false",
     "settings in the database (ALTER ROLE … SET pgrst.…) are not read: translate those too"},
    {"db-hoisted-tx-settings", "", "what a function is SET to holds while it runs, not for its transaction"},
    {"db-pool-automatic-recovery", "true", "connections always come back; there is no switch"},
    {"db-pool-max-idletime", "", "connections are kept open"},
    {"db-pool-max-lifetime", "", "connections are kept open until they break"},
    {"db-pre-config", "", "settings in the database are not read"},
    {"db-root-spec", "", "no document is shown where the database decides"},
    {"db-timezone-enabled", "true", "`Prefer: timezone` is always honoured"},
    {"jwt-cache-max-entries", "0", "each token is verified"},
    {"jwt-cache-max-lifetime", "0", "each token is verified"},
    {"log-query", "false", "queries are not logged"},
    {"openapi-security-active", "", "no document is shown where the database decides"},
    {"openapi-server-proxy-uri", "", "no document is shown where the database decides"},
    {"raw-media-types", "", "answers are JSON or CSV"},
    {"server-trace-header", "", "no header of a request is sent back"},
    {"server-unix-socket-mode", "", "the socket gets the mode of the process's umask"},
};

constexpr auto older = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"db-pool-timeout", "db-pool-max-idletime"},
    {"db-schema", "db-schemas"},
    {"max-rows", "db-max-rows"},
    {"pre-request", "db-pre-request"},
    {"role-claim-key", "jwt-role-claim-key"},
    {"root-spec", "db-root-spec"},
    {"secret-is-base64", "jwt-secret-is-base64"},
    {"server-proxy-uri", "openapi-server-proxy-uri"},
});

}  // namespace

std::span<const Counterpart> postgrest_counterparts() { return counterparts; }
std::span<const WithoutCounterpart> postgrest_without_counterpart() { return without; }

std::string_view current_postgrest_name(std::string_view name) {
  for (const auto& [old, now] : older)
    if (name == old) return now;
  return name;
}

}  // namespace trivet::app
