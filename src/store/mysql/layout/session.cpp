#include "store/mysql/layout/session.h"

#include <algorithm>

#include "store/mysql/errors.h"

namespace trivet::store::mysql {

namespace {

constexpr const char* settings =
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,"
    "NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', sql_notes = 0";

}  // namespace

std::unexpected<Error> Session::failure() const {
  Error error = error_of_number(mysql_errno(handle_.get()), mysql_error(handle_.get()));
  error.details = mysql_error(handle_.get());
  return std::unexpected(std::move(error));
}

result<std::unique_ptr<Session>> Session::open(const MysqlOptions& options) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options.connect_timeout);
  Handle handle = make_handle(options, std::chrono::seconds(0));
  if (handle == nullptr)
    return std::unexpected(connection_error(ErrorCode::connection_failed, "out of memory"));
  const auto patience = static_cast<unsigned>(std::max<int64_t>(1, seconds.count()));
  mysql_options(handle.get(), MYSQL_OPT_CONNECT_TIMEOUT, &patience);
  if (!connect_blocking(*handle, options)) {
    Error error = error_of_number(mysql_errno(handle.get()), mysql_error(handle.get()));
    if (error.code != ErrorCode::connection_failed)
      error = connection_error(ErrorCode::connection_failed, mysql_error(handle.get()));
    error.details = mysql_error(handle.get());
    return std::unexpected(std::move(error));
  }
  std::unique_ptr<Session> session(new Session(std::move(handle)));
  TRIVET_CHECK(session->execute(settings));
  return session;
}

unsigned Session::last_number() const { return mysql_errno(handle_.get()); }

result<void> Session::reset() {
  if (mysql_reset_connection(handle_.get()) != 0) return failure();
  if (mysql_set_server_option(handle_.get(), MYSQL_OPTION_MULTI_STATEMENTS_OFF) != 0) return failure();
  return execute(settings);
}

result<void> Session::run_script(const std::string& script, size_t& done) {
  done = 0;
  MYSQL* const handle = handle_.get();
  if (mysql_set_server_option(handle, MYSQL_OPTION_MULTI_STATEMENTS_ON) != 0) return failure();
  int left = mysql_real_query(handle, script.data(), script.size());
  while (left == 0) {
    MYSQL_RES* const rows = mysql_store_result(handle);
    if (rows == nullptr && mysql_field_count(handle) != 0) return failure();
    if (rows != nullptr) mysql_free_result(rows);
    ++done;
    left = mysql_next_result(handle);  // -1: no more
  }
  if (left > 0) return failure();
  if (mysql_set_server_option(handle, MYSQL_OPTION_MULTI_STATEMENTS_OFF) != 0) return failure();
  return {};
}

result<std::vector<TextRow>> Session::query(const std::string& sql) {
  if (mysql_real_query(handle_.get(), sql.data(), sql.size()) != 0) return failure();
  std::vector<TextRow> rows;
  MYSQL_RES* stored = mysql_store_result(handle_.get());
  if (stored == nullptr) {
    if (mysql_field_count(handle_.get()) != 0) return failure();
    return rows;
  }
  const unsigned columns = mysql_num_fields(stored);
  while (MYSQL_ROW row = mysql_fetch_row(stored)) {
    const unsigned long* lengths = mysql_fetch_lengths(stored);
    TextRow& cells = rows.emplace_back();
    for (unsigned i = 0; i < columns; ++i)
      cells.emplace_back(row[i] == nullptr ? std::string() : std::string(row[i], lengths[i]));
  }
  mysql_free_result(stored);
  return rows;
}

result<int64_t> Session::query_integer(const std::string& sql) {
  TRIVET_TRY(const auto rows, query(sql));
  if (rows.empty() || rows[0].empty()) return int64_t{0};
  return std::strtoll(rows[0][0].c_str(), nullptr, 10);
}

result<void> Session::execute(const std::string& sql) {
  TRIVET_TRY(const auto rows, query(sql));
  (void)rows;
  return {};
}

}  // namespace trivet::store::mysql
