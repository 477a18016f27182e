#include "store/postgres/history/script_runner.h"

#include <algorithm>

#include "store/sql/layout/script.h"

namespace trivet::store::postgres {
namespace {

using sql::SqlStatement;

// The beginning of a statement, in one line.
std::string excerpt(std::string_view text) {
  const size_t end = std::min({text.find('\n'), text.size(), size_t{100}});
  return std::string(text.substr(0, end)) + (end < text.size() ? " …" : "");
}

// "ERROR:  relation "x" already exists\nLINE 1: …" → the first line without its label.
std::string words_of(const Error& error) {
  std::string_view text = error.details.empty() ? std::string_view(error.message)
                                                : std::string_view(error.details);
  text = text.substr(0, text.find('\n'));
  const size_t label = text.find(":  ");
  return std::string(label == text.npos ? text : text.substr(label + 3));
}

result<void> run_one(Session& session, const SqlStatement& statement, size_t number) {
  auto done = session.execute(std::string(statement.text));
  if (done) return {};
  Error error = std::move(done).error();
  std::string said = "statement " + std::to_string(number) + " failed: " + words_of(error);
  // What PostgreSQL adds: which key, which object still needs it.
  for (const std::string_view label : {"\nDETAIL:  ", "\nHINT:  "})
    if (const size_t at = error.details.find(label); at != std::string::npos) {
      const size_t from = at + label.size();
      said += " (" + error.details.substr(from, error.details.find('\n', from) - from) + ")";
    }
  error.message = std::move(said);
  error.details = excerpt(statement.text);
  error.hint.clear();
  // It says no more; only what must be told apart later stays.
  if (!is_lock_timeout(error)) error.log_text.clear();
  return std::unexpected(std::move(error));
}

bool is_concurrent(const SqlStatement& statement) {
  return std::ranges::any_of(statement.tokens, [](const sql::SqlToken& token) {
    return token.kind == sql::TokenKind::word && token.text == "CONCURRENTLY";
  });
}

Error with_invalid_indexes(Session& session, Error error) {
  const auto rows = session.query(
      "SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE NOT "
      "x.indisvalid AND i.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = "
      "current_schema()) ORDER BY 1");
  if (rows)
    for (const TextRow& row : *rows)
      error.message += "; index \"" + row[0] + "\" is left invalid: DROP INDEX it first";
  return error;
}

}  // namespace

result<void> run_statements(Session& session, const std::string& script) {
  size_t number = 0;
  for (const SqlStatement& statement : sql::split_script(script, sql::ScriptDialect::postgres))
    TRIVET_CHECK(run_one(session, statement, ++number));
  return {};
}

result<void> run_statements_openly(Session& session, const std::string& script,
                                   std::chrono::milliseconds lock_timeout) {
  size_t number = 0;
  for (const SqlStatement& statement : sql::split_script(script, sql::ScriptDialect::postgres)) {
    const bool waits = is_concurrent(statement);
    const std::string patience = std::to_string(lock_timeout.count());
    if (waits) TRIVET_CHECK(session.execute("SET lock_timeout = 0"));
    auto done = run_one(session, statement, ++number);
    if (!done) {
      if (session.is_in_transaction()) (void)session.execute("ROLLBACK");
      return std::unexpected(with_invalid_indexes(session, std::move(done).error()));
    }
    if (waits) TRIVET_CHECK(session.execute("SET lock_timeout = " + patience));
  }
  if (session.is_in_transaction()) return session.execute("COMMIT");
  return {};
}

bool is_lock_timeout(const Error& error) {
  return error.code == ErrorCode::lock_not_available &&
         error.log_text.find("55P03") != std::string::npos;
}

}  // namespace trivet::store::postgres
