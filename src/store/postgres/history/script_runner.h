// Runs a migration's SQL statement by statement. Blocking.
#pragma once

#include <chrono>
#include <string>

#include "base/error.h"
#include "store/postgres/layout/session.h"

namespace trivet::store::postgres {

// The error names the statement and holds the server's words.
result<void> run_statements(Session& session, const std::string& script);

// Outside of a transaction. A statement that works concurrently waits for locks as long as it
// takes: giving up would leave its index invalid. After a failure the error tells which indexes are.
result<void> run_statements_openly(Session& session, const std::string& script,
                                   std::chrono::milliseconds lock_timeout);

// Whether a statement gave up waiting for a lock.
[[nodiscard]] bool is_lock_timeout(const Error& error);

}  // namespace trivet::store::postgres
