// The URL of a MariaDB database, as people and Prisma write it → options. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "store/mysql/options.h"

namespace trivet::store::mysql {

// mysql:// or mariadb://
[[nodiscard]] bool is_mysql_url(std::string_view url);

// mysql://user:password@host:port/database?…, with parameters socket, sslmode (disable, require,
// verify-full), sslrootcert, and Prisma's connection_limit, pool_timeout, connect_timeout (seconds),
// sslcert and sslaccept (strict, accept_invalid_certs). Errors: bad_config.
[[nodiscard]] result<void> read_url(std::string_view url, MysqlOptions& options);

// Without the password: for messages and logs.
[[nodiscard]] std::string without_password(std::string_view url);

}  // namespace trivet::store::mysql
