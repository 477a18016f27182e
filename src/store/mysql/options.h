// What a MariaDB store is opened with. A value.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace trivet::store::mysql {

enum class Tls : uint8_t {
  off,
  required,  // encrypted, whoever the server is
  verified,  // and its certificate is of `ca_file` or the system's authorities, for this host
};

struct MysqlOptions {
  std::string host = "localhost";
  unsigned port = 3306;
  std::string socket;  // a unix socket, in place of host and port
  std::string user;
  std::string password;
  std::string database;
  Tls tls = Tls::off;
  std::string ca_file;
  size_t connections = 8;       // of each loop; one carries one request at a time
  size_t queue_max = 4096;      // requests that wait for a connection, of each loop
  size_t statements_max = 256;  // prepared on one connection; the oldest makes room
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds wait_max{5000};  // for a connection, where the deadline is later
  std::chrono::milliseconds backoff_min{50};
  std::chrono::milliseconds backoff_max{5000};
  // The server's own limit, for a client that is gone; deadlines are asked for beside it. 0 = none.
  std::chrono::milliseconds statement_timeout{0};
  bool snapshot = false;  // all reads see the moment of the first connection; no others are made
  int attempts_max = 10;  // of a request that the server asks to repeat
};

}  // namespace trivet::store::mysql
