// What a PostgreSQL store is opened with. A value.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace trivet::store::postgres {

enum class Pooler : uint8_t {
  none,
  transactions,  // PgBouncer and its like: a session belongs to us for one transaction only
};

struct PostgresOptions {
  std::string
      url;  // what libpq takes: postgresql://user@host:port/database?sslmode=…, or key=value
  std::string schema;  // of the database, where the tables are; empty = the server's search path
  // Those of the datasource: tables, types and functions are then named with theirs. Empty = all in the one above.
  std::vector<std::string> schemas{};
  std::vector<std::string> more_schemas{};  // looked in after `schema` ("public" where that is empty)
  // A function, as SQL names it, that the transactions of callers (store/session.h) and calls begin with. Empty = none.
  std::string pre_request{};
  Pooler pooler = Pooler::none;
  size_t connections = 4;        // of each loop
  size_t in_flight_max = 64;     // requests under way on one connection
  size_t crowd_max = 8;          // small reads under way on one connection before the next is used
  size_t queue_max = 4096;       // requests that wait for a connection, of each loop
  size_t statements_max = 1000;  // prepared on one connection; what comes later is not prepared
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds wait_max{5000};  // for a connection, where the deadline is later
  std::chrono::milliseconds backoff_min{50};
  std::chrono::milliseconds backoff_max{5000};
  // The server's own limit, for a client that is gone; deadlines are asked for beside it. 0 = none.
  std::chrono::milliseconds statement_timeout{0};
  std::string snapshot;   // of pg_export_snapshot: what all reads see; empty = each its own
  int attempts_max = 10;  // of a request that the server asks to repeat (40001, 40P01)
};

}  // namespace trivet::store::postgres
