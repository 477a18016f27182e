#include "store/postgres/layout/session.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "store/postgres/errors.h"
#include "store/postgres/request.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {

namespace {

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return std::string(text);
}

// Ends the exchange that a COPY opened, so that the session goes on.
void end_copy(pg_conn* connection, ExecStatusType status) {
  if (status == PGRES_COPY_IN)
    PQputCopyEnd(connection, "there is nothing to copy from");
  else
    for (char* row = nullptr; PQgetCopyData(connection, &row, 0) > 0;) PQfreemem(row);
  while (const ResultPointer rest{PQgetResult(connection)}) continue;
}

}  // namespace

Session::~Session() { PQfinish(connection_); }

result<std::unique_ptr<Session>> Session::open(const PostgresOptions& options,
                                               const std::string& database) {
  const std::string timeout = std::to_string(std::max<int64_t>(
      2, std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count()));
  // A second dbname is that of a database alone, and wins over the URL's.
  const std::array<const char*, 6> names = {
      "dbname",  "client_encoding", "connect_timeout", "fallback_application_name",
      database.empty() ? nullptr : "dbname", nullptr};
  const std::array<const char*, 6> values = {options.url.c_str(), "UTF8",  timeout.c_str(),
                                             "trivet", database.c_str(), nullptr};
  std::unique_ptr<Session> session(new Session(PQconnectdbParams(names.data(), values.data(), 1)));
  if (PQstatus(session->connection_) != CONNECTION_OK) {
    const std::string why = trimmed(PQerrorMessage(session->connection_));
    Error error = connection_error(ErrorCode::connection_failed, why);
    error.details = why;
    return std::unexpected(std::move(error));
  }
  PQsetNoticeProcessor(
      session->connection_, [](void*, const char*) {}, nullptr);
  TRIVET_CHECK(session->execute("SET TIME ZONE 'UTC'"));
  if (!options.schema.empty())
    TRIVET_CHECK(session->execute("SET search_path = " + sql::quote_identifier(options.schema)));
  return session;
}

result<std::vector<TextRow>> Session::query(const std::string& sql,
                                            const std::vector<std::string>& values) {
  std::vector<const char*> texts;
  texts.reserve(values.size());
  for (const std::string& value : values) texts.push_back(value.c_str());
  const ResultPointer answer(PQexecParams(connection_, sql.c_str(), static_cast<int>(texts.size()),
                                          nullptr, texts.data(), nullptr, nullptr, 0));
  const auto status = PQresultStatus(answer.get());
  if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
    end_copy(connection_, status);
    return fail(ErrorCode::bad_config, "COPY from or to the client isn't possible here");
  }
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    if (PQstatus(connection_) != CONNECTION_OK)
      return std::unexpected(connection_error(ErrorCode::store_lost, PQerrorMessage(connection_)));
    Error error = error_of_result(*answer);
    error.details = trimmed(PQresultErrorMessage(answer.get()));
    return std::unexpected(std::move(error));
  }
  std::vector<TextRow> rows;
  for (int row = 0; row < PQntuples(answer.get()); ++row) {
    TextRow& cells = rows.emplace_back();
    for (int column = 0; column < PQnfields(answer.get()); ++column)
      cells.emplace_back(PQgetvalue(answer.get(), row, column));
  }
  return rows;
}

result<int64_t> Session::query_integer(const std::string& sql) {
  TRIVET_TRY(const auto rows, query(sql));
  int64_t number = 0;
  if (!rows.empty() && !rows[0].empty())
    std::from_chars(rows[0][0].data(), rows[0][0].data() + rows[0][0].size(), number);
  return number;
}

result<int64_t> Session::query_integer_within(const std::string& sql, std::chrono::milliseconds time, Wake& wake) {
  const auto until = std::chrono::steady_clock::now() + time;
  const auto lost = [this] {
    return std::unexpected(connection_error(ErrorCode::store_lost, PQerrorMessage(connection_)));
  };
  if (PQsendQuery(connection_, sql.c_str()) != 1) return lost();
  while (PQisBusy(connection_) == 1) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0)
      return std::unexpected(connection_error(ErrorCode::store_lost, "the server doesn't answer"));
    wake.wait(left, PQsocket(connection_));
    if (PQconsumeInput(connection_) != 1) return lost();
  }
  const ResultPointer answer(PQgetResult(connection_));
  while (const ResultPointer rest{PQgetResult(connection_)}) continue;
  if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK || PQntuples(answer.get()) != 1)
    return std::unexpected(error_of_result(*answer));
  const std::string_view text = PQgetvalue(answer.get(), 0, 0);
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

int Session::socket() const { return PQsocket(connection_); }

result<void> Session::drop_notices() {
  if (PQconsumeInput(connection_) == 0)
    return std::unexpected(connection_error(ErrorCode::store_lost, PQerrorMessage(connection_)));
  while (PGnotify* const notice = PQnotifies(connection_)) PQfreemem(notice);
  return {};
}

bool Session::is_in_transaction() const {
  const PGTransactionStatusType status = PQtransactionStatus(connection_);
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

result<void> Session::execute(const std::string& sql) {
  auto done = query(sql);
  if (!done) return std::unexpected(std::move(done).error());
  return {};
}

}  // namespace trivet::store::postgres
