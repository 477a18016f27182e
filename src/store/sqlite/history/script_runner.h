// Runs a migration's SQL on a connection, in one transaction where the script allows it.
//
// SQLite can't switch foreign keys within a transaction, so a script that suspends them anywhere
// (as a rebuilt table needs) runs without them as a whole, and fails if it leaves rows whose key
// points to nothing that weren't there before. Blocking.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "store/sql/layout/script.h"
#include "store/sqlite/connection.h"

namespace trivet::store::sqlite {

// Statement by statement, as it stands. The error names the statement and holds SQLite's words.
result<void> run_statements(Connection& connection, const std::string& script);

// All that `work` does and COMMIT, or nothing. The connection's settings are as before afterwards.
result<void> run_atomically(Connection& connection, const sql::ScriptFacts& facts,
                            const std::function<result<void>()>& work);

}  // namespace trivet::store::sqlite
