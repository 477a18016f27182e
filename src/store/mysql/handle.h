// libmariadb's connection object with our options set. For drivers of this folder.
#pragma once

#include <mysql.h>

#include <chrono>
#include <memory>

#include "store/mysql/options.h"

namespace trivet::store::mysql {

struct CloseHandle {
  void operator()(MYSQL* handle) const { mysql_close(handle); }
};
using Handle = std::unique_ptr<MYSQL, CloseHandle>;

// Not connected. `patience`: for each of connecting, reading and writing, where calls block.
[[nodiscard]] Handle make_handle(const MysqlOptions& options, std::chrono::seconds patience);

// What mysql_real_connect takes: null for what isn't given.
struct Target {
  const char* host;
  const char* user;
  const char* password;
  const char* database;
  unsigned port;
  const char* socket;
};
[[nodiscard]] Target target_of(const MysqlOptions& options);

// Rows that an UPDATE finds count as affected, changed or not.
inline constexpr unsigned long client_flags = CLIENT_FOUND_ROWS;

[[nodiscard]] bool connect_blocking(MYSQL& handle, const MysqlOptions& options);

}  // namespace trivet::store::mysql
