// What a PostgreSQL store is opened with. A value.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace trivet::store::postgres {

struct PostgresOptions {
  std::string
      url;  // postgresql://user@host:port/database?sslmode=verify-full, or key = value pairs
  size_t connections = 4;        // of each loop
  size_t in_flight_max = 64;     // requests under way on one connection
  size_t queue_max = 4096;       // requests that wait for a connection, of each loop
  size_t statements_max = 1000;  // prepared on one connection; what comes later is not prepared
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds wait_max{5000};  // for a connection, where the deadline is later
  std::chrono::milliseconds backoff_min{50};
  std::chrono::milliseconds backoff_max{5000};
  int attempts_max = 10;  // of a request that the server asks to repeat (40001, 40P01)
};

}  // namespace trivet::store::postgres
