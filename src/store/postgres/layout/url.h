// The URL of a PostgreSQL database, as people and Prisma write it → options. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "store/postgres/options.h"

namespace trivet::store::postgres {

// postgres:// or postgresql://
[[nodiscard]] bool is_postgres_url(std::string_view url);

// Fills in url, and what Prisma's parameters say: schema, pgbouncer, connection_limit, pool_timeout
// (seconds). All others are libpq's (sslmode, sslrootcert, …), which refuses those that it doesn't
// know when it connects. Errors: bad_config.
[[nodiscard]] result<void> read_url(std::string_view url, PostgresOptions& options);

// Without the password: for messages and logs.
[[nodiscard]] std::string without_password(std::string_view url);

}  // namespace trivet::store::postgres
