#include "store/sqlite/history/script_runner.h"

#include <sqlite3.h>

#include <algorithm>

namespace trivet::store::sqlite {
namespace {

// The beginning of a statement, in one line.
std::string excerpt(std::string_view statement) {
  const auto found = sql::split_script(statement);
  const std::string_view text = found.empty() ? statement : found.front().text;
  const size_t end = std::min({text.find('\n'), text.size(), size_t{100}});
  return std::string(text.substr(0, end)) + (end < text.size() ? " …" : "");
}

std::unexpected<Error> statement_failure(Connection& connection, int number,
                                         std::string_view statement) {
  const std::string words = sqlite3_errmsg(connection.db());
  const Error cause = connection.failure();
  Error error(cause.code, "statement " + std::to_string(number) + " failed: " + words,
              excerpt(statement));
  return std::unexpected(std::move(error));
}

// Rows whose foreign key points to nothing; unknown (0) where a key can't be checked at all.
int64_t count_orphans(Connection& connection) {
  return connection.query_integer("SELECT count(*) FROM pragma_foreign_key_check").value_or(0);
}

result<void> run_within(Connection& connection, const sql::ScriptFacts& facts,
                        const std::function<result<void>()>& work) {
  const int64_t orphans_before = facts.suspends_foreign_keys ? count_orphans(connection) : 0;
  TRIVET_CHECK(work());
  if (sqlite3_get_autocommit(connection.db()) != 0)
    return fail(ErrorCode::internal, "the script ended its transaction");
  const int64_t orphans = facts.suspends_foreign_keys ? count_orphans(connection) : 0;
  if (orphans > orphans_before)
    return fail(ErrorCode::foreign_key_violation,
                "it would leave " + std::to_string(orphans - orphans_before) +
                    " rows whose foreign key points to nothing",
                {}, "change these rows first, in the same migration or before it");
  return connection.execute("COMMIT");
}

}  // namespace

result<void> run_statements(Connection& connection, const std::string& script) {
  const char* at = script.c_str();
  const char* end = at + script.size();
  for (int number = 1; at < end;) {
    sqlite3_stmt* made = nullptr;
    const char* tail = end;
    const int code =
        sqlite3_prepare_v2(connection.db(), at, static_cast<int>(end - at), &made, &tail);
    const StatementPtr statement(made);
    const std::string_view text(at, static_cast<size_t>((code == SQLITE_OK ? tail : end) - at));
    if (code != SQLITE_OK) return statement_failure(connection, number, text);
    at = tail;
    if (statement == nullptr) continue;
    int step = sqlite3_step(statement.get());
    while (step == SQLITE_ROW) step = sqlite3_step(statement.get());
    if (step != SQLITE_DONE) return statement_failure(connection, number, text);
    ++number;
  }
  return {};
}

result<void> run_atomically(Connection& connection, const sql::ScriptFacts& facts,
                            const std::function<result<void>()>& work) {
  TRIVET_CHECK(connection.execute(facts.suspends_foreign_keys ? "PRAGMA foreign_keys = 0"
                                                              : "PRAGMA foreign_keys = 1"));
  result<void> done = connection.execute("BEGIN IMMEDIATE");
  if (done) done = run_within(connection, facts, work);
  if (!done && sqlite3_get_autocommit(connection.db()) == 0) (void)connection.execute("ROLLBACK");
  TRIVET_CHECK(connection.execute("PRAGMA foreign_keys = 1; PRAGMA legacy_alter_table = 0"));
  return done;
}

}  // namespace trivet::store::sqlite
