#include "store/mysql/connection.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <cerrno>
#include <utility>

#include "store/mysql/errors.h"
#include "store/mysql/values.h"

namespace trivet::store::mysql {

namespace {

constexpr auto quietly = boost::asio::as_tuple(use_task);
using Socket = boost::asio::posix::stream_descriptor;

// What every session is set to. Snapshots are PostgreSQL's: a write to a row that changed since is
// refused (1020) instead of done to what nobody saw. Assignments see the old row. Texts compare by
// code point, with their trailing blanks.
std::string session_text(const MysqlOptions& options) {
  std::string text =
      "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,"
      "NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,SIMULTANEOUS_ASSIGNMENT,"
      "TIME_ROUND_FRACTIONAL,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', "
      "collation_connection = 'utf8mb4_nopad_bin', group_concat_max_len = 1073741824, "
      "div_precision_increment = 16, sql_notes = 0, autocommit = 1, foreign_key_checks = 1, "
      "tx_isolation = 'REPEATABLE-READ', innodb_snapshot_isolation = ON, wait_timeout = 28800, "
      "completion_type = 'NO_CHAIN', sql_select_limit = 18446744073709551615, max_error_count = 65535, "
      "check_constraint_checks = 1, unique_checks = 1, sql_auto_is_null = 0";
  if (options.statement_timeout.count() > 0)
    text += ", max_statement_time = " +
            std::to_string(static_cast<double>(options.statement_timeout.count()) / 1000);
  return text;
}

// JSON paths that end in `last` came in 10.9, snapshots that refuse in 10.11.8 and the later branches'
// own releases: there the variable tells.
constexpr unsigned long oldest_version = 101108;
constexpr std::string_view wanted_version = "MariaDB 10.11.8, 11.4.2 or later";

std::unexpected<Error> too_old(const std::string& version) {
  return fail(ErrorCode::connection_failed, "the database is " + version + ", which is too old", {},
              std::string(wanted_version));
}

// A clock's last moment is further away than timers reckon.
Deadline bounded(Deadline deadline) {
  return std::min(deadline, std::chrono::steady_clock::now() + std::chrono::hours(24));
}

// Warnings of these are wrong answers; others are about what a write did by its own rules.
bool is_wrong_answer(unsigned number) {
  switch (number) {
    case ER_TRUNCATED_WRONG_VALUE:
    case ER_CUT_VALUE_GROUP_CONCAT:
    case ER_WARN_ALLOWED_PACKET_OVERFLOWED:
    case ER_DIVISION_BY_ZERO:
    case ER_WARN_DATA_OUT_OF_RANGE:
    case ER_DATETIME_FUNCTION_OVERFLOW:
    case ER_JSON_SYNTAX:
    case ER_JSON_BAD_CHR:
    case ER_JSON_EOS:
    case ER_REGEXP_ERROR:
    case ER_DATA_OVERFLOW:
    case ER_WARNING_NOT_COMPLETE_ROLLBACK:
      return true;
    default:
      return false;
  }
}

}  // namespace

Connection::Connection(Executor executor, const MysqlOptions& options,
                       std::shared_ptr<Canceller> canceller)
    : executor_(executor),
      options_(options),
      canceller_(std::move(canceller)),
      socket_(executor),
      timer_(executor) {}

Connection::~Connection() { close(); }

void Connection::close() {
  open_ = false;
  broken_ = true;
  timer_.cancel();
  if (socket_.is_open()) (void)socket_.release();  // libmariadb closes it
  prepared_.clear();
  statements_.clear();
  handle_.reset();
}

bool Connection::in_transaction() const {
  unsigned status = 0;
  if (!usable() || mariadb_get_infov(handle_.get(), MARIADB_CONNECTION_SERVER_STATUS, &status) != 0)
    return false;
  return (status & SERVER_STATUS_IN_TRANS) != 0;
}

bool Connection::is_alive() const {
  if (!usable()) return false;
  char byte = 0;
  const auto socket = static_cast<int>(mysql_get_socket(handle_.get()));
  // A server says nothing unasked but that it goes.
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR);
}

void Connection::watch(Deadline deadline) {
  expired_ = false;
  timer_.expires_at(bounded(deadline));
  timer_.async_wait([self = weak_from_this(), mine = ++watches_](boost::system::error_code error) {
    const auto alive = self.lock();
    if (!error && alive && alive->watches_ == mine) alive->give_up();
  });
}

void Connection::unwatch() {
  ++watches_;
  timer_.cancel();
}

// The call under way ends with a lost connection.
void Connection::give_up() {
  expired_ = true;
  broken_ = true;
  if (handle_ == nullptr) return;
  if (open_) canceller_->end_session(mysql_thread_id(handle_.get()));
  const auto socket = mysql_get_socket(handle_.get());
  if (socket >= 0) ::shutdown(static_cast<int>(socket), SHUT_RDWR);
  if (socket_.is_open()) socket_.cancel();
}

task<void> Connection::drive(Step start, NextStep next) {
  const auto self = shared_from_this();
  int status = start();
  while (status != 0) {
    const auto number = static_cast<int>(mysql_get_socket(handle_.get()));
    // libmariadb may go on to another address, and so to another socket.
    if (socket_.is_open() && socket_.native_handle() != number) (void)socket_.release();
    if (!socket_.is_open()) socket_.assign(number);
    if (!expired_) {
      const auto what =
          (status & MYSQL_WAIT_READ) != 0 ? Socket::wait_read : Socket::wait_write;
      co_await socket_.async_wait(what, quietly);
    }
    // The next address may get a socket of the same number, which the loop would not watch.
    if (!open_ && socket_.is_open()) (void)socket_.release();
    status = next(status & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE));
  }
}

std::unexpected<Error> Connection::failure(unsigned number, const char* text) {
  last_number_ = number;
  last_text_ = text;
  if (is_lost(number)) broken_ = true;
  if (expired_) return std::unexpected(error_of_number(ER_QUERY_INTERRUPTED, "the deadline has passed"));
  return std::unexpected(error_of_number(number, text));
}

task<result<void>> Connection::open(Deadline deadline) {
  const auto self = shared_from_this();
  handle_ = make_handle(options_, std::chrono::seconds(0));
  if (handle_ == nullptr)
    co_return std::unexpected(connection_error(ErrorCode::connection_failed, "out of memory"));
  mysql_options(handle_.get(), MYSQL_OPT_NONBLOCK, nullptr);
  watch(deadline);
  MYSQL* connected = nullptr;
  const Target to = target_of(options_);
  co_await drive(
      [&] {
        return mysql_real_connect_start(&connected, handle_.get(), to.host, to.user, to.password,
                                        to.database, to.port, to.socket, client_flags);
      },
      [&](int status) { return mysql_real_connect_cont(&connected, handle_.get(), status); });
  result<void> done;
  if (connected == nullptr) {
    Error error = error_of_number(mysql_errno(handle_.get()), mysql_error(handle_.get()));
    if (error.code != ErrorCode::connection_failed)
      error = connection_error(ErrorCode::connection_failed, mysql_error(handle_.get()));
    done = std::unexpected(std::move(error));
  } else {
    open_ = true;
    done = co_await set_session();
  }
  unwatch();
  if (!done) close();
  co_return done;
}

task<result<void>> Connection::set_session() {
  const std::string version = mysql_get_server_info(handle_.get());
  if (version.find("MariaDB") == version.npos)
    co_return fail(ErrorCode::connection_failed,
                   "the database is MySQL " + version + ", and this build speaks to MariaDB",
                   {}, std::string(wanted_version));
  if (mysql_get_server_version(handle_.get()) < oldest_version) co_return too_old(version);
  const std::string text = session_text(options_);
  auto set = co_await run_plain(text);
  if (set && options_.snapshot) {
    const std::string begin = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
    set = co_await run_plain(begin);
  }
  if (set) co_return result<void>();
  Error error = set.error();
  if (last_number_ == ER_UNKNOWN_SYSTEM_VARIABLE) {
    error = too_old(version).error();
    error.log_text = last_text_;
  }
  co_return std::unexpected(std::move(error));
}

task<result<Answer>> Connection::run(const Command& command, std::span<const Type> columns,
                                     Arena& arena, Deadline deadline) {
  last_number_ = 0;
  if (!usable()) co_return std::unexpected(connection_error(ErrorCode::store_lost, "closed"));
  const auto self = shared_from_this();
  if (std::chrono::steady_clock::now() >= deadline)  // nothing is sent
    co_return std::unexpected(error_of_number(ER_QUERY_INTERRUPTED, "the deadline has passed"));
  watch(deadline);
  result<Answer> answer;
  if (command.values.empty() && columns.empty())
    answer = co_await run_plain(command.text);
  else
    answer = co_await run_prepared(command, columns, arena);
  unwatch();
  co_return answer;
}

task<result<Answer>> Connection::run_plain(const std::string& text) {
  int failed = 0;
  MYSQL* handle = handle_.get();
  co_await drive([&] { return mysql_real_query_start(&failed, handle, text.data(), text.size()); },
                 [&](int status) { return mysql_real_query_cont(&failed, handle, status); });
  if (failed != 0) co_return failure(mysql_errno(handle), mysql_error(handle));
  Answer answer;
  if (mysql_field_count(handle) == 0) {
    answer.affected = static_cast<int64_t>(mysql_affected_rows(handle));
    if (mysql_warning_count(handle) > 0) {
      result<void> right = co_await check_warnings();
      if (!right) co_return std::unexpected(std::move(right).error());
    }
    co_return answer;
  }
  MYSQL_RES* rows = nullptr;
  co_await drive([&] { return mysql_store_result_start(&rows, handle); },
                 [&](int status) { return mysql_store_result_cont(&rows, handle, status); });
  if (rows == nullptr) co_return failure(mysql_errno(handle), mysql_error(handle));
  answer.rows = static_cast<uint32_t>(mysql_num_rows(rows));
  mysql_free_result(rows);
  co_return answer;
}

task<result<MYSQL_STMT*>> Connection::prepare(const std::string& text) {
  if (const auto known = prepared_.find(text); known != prepared_.end()) {
    statements_.splice(statements_.begin(), statements_, known->second);
    co_return known->second->statement.get();
  }
  if (statements_.size() >= options_.statements_max) {
    prepared_.erase(statements_.back().text);
    statements_.pop_back();
  }
  Statement made;
  for (;;) {
    made.reset(mysql_stmt_init(handle_.get()));
    if (made == nullptr)
      co_return std::unexpected(Error(ErrorCode::out_of_memory, "out of memory"));
    MYSQL_STMT* preparing = made.get();
    int failed = 0;
    co_await drive(
        [&] { return mysql_stmt_prepare_start(&failed, preparing, text.data(), text.size()); },
        [&](int status) { return mysql_stmt_prepare_cont(&failed, preparing, status); });
    if (failed == 0) break;
    // The server's limit is shared: what is kept here for later makes room.
    if (mysql_stmt_errno(preparing) != ER_MAX_PREPARED_STMT_COUNT_REACHED || statements_.empty())
      co_return failure(mysql_stmt_errno(preparing), mysql_stmt_error(preparing));
    prepared_.clear();
    statements_.clear();
  }
  MYSQL_STMT* statement = made.get();
  statements_.push_front({text, std::move(made)});
  prepared_.emplace(statements_.front().text, statements_.begin());
  co_return statement;
}

void Connection::forget(MYSQL_STMT* statement) {
  const auto found = std::ranges::find_if(
      statements_, [&](const Prepared& one) { return one.statement.get() == statement; });
  if (found == statements_.end()) return;
  prepared_.erase(found->text);
  statements_.erase(found);
}

task<result<Answer>> Connection::run_prepared(const Command& command, std::span<const Type> columns,
                                              Arena& arena) {
  ParameterBuffer parameters;
  TRIVET_CO_CHECK(parameters.fill(command.values));
  auto prepared = co_await prepare(command.text);
  if (!prepared) co_return std::unexpected(std::move(prepared).error());
  MYSQL_STMT* statement = *prepared;
  int failed = mysql_stmt_bind_param(statement, parameters.bindings()) ? 1 : 0;
  if (failed == 0)
    co_await drive([&] { return mysql_stmt_execute_start(&failed, statement); },
                   [&](int status) { return mysql_stmt_execute_cont(&failed, statement, status); });
  Answer answer;
  if (failed == 0 && mysql_stmt_field_count(statement) > 0)
    co_await drive(
        [&] { return mysql_stmt_store_result_start(&failed, statement); },
        [&](int status) { return mysql_stmt_store_result_cont(&failed, statement, status); });
  if (failed != 0) {
    auto error = failure(mysql_stmt_errno(statement), mysql_stmt_error(statement));
    forget(statement);
    co_return error;
  }
  answer.affected = static_cast<int64_t>(mysql_stmt_affected_rows(statement));
  answer.insert_id = static_cast<int64_t>(mysql_stmt_insert_id(statement));
  result<void> fetched;
  if (mysql_stmt_field_count(statement) > 0)
    fetched = fetch_rows(*statement, columns, arena, answer);
  mysql_stmt_free_result(statement);
  if (!fetched) co_return std::unexpected(std::move(fetched).error());
  if (mysql_warning_count(handle_.get()) > 0) {
    result<void> right = co_await check_warnings();
    if (!right) co_return std::unexpected(std::move(right).error());
  }
  co_return answer;
}

task<result<void>> Connection::check_warnings() {
  int failed = 0;
  MYSQL* handle = handle_.get();
  const unsigned counted = mysql_warning_count(handle);
  static constexpr std::string_view text = "SHOW WARNINGS";
  co_await drive([&] { return mysql_real_query_start(&failed, handle, text.data(), text.size()); },
                 [&](int status) { return mysql_real_query_cont(&failed, handle, status); });
  if (failed != 0) co_return failure(mysql_errno(handle), mysql_error(handle));
  MYSQL_RES* rows = nullptr;
  co_await drive([&] { return mysql_store_result_start(&rows, handle); },
                 [&](int status) { return mysql_store_result_cont(&rows, handle, status); });
  if (rows == nullptr) co_return failure(mysql_errno(handle), mysql_error(handle));
  result<void> found;
  if (mysql_num_rows(rows) < counted)
    found = fail(ErrorCode::internal, "the database did not show all its warnings");
  while (MYSQL_ROW row = mysql_fetch_row(rows)) {
    const auto number = static_cast<unsigned>(std::atoi(row[1]));
    if (found && is_wrong_answer(number)) found = failure(number, row[2]);
  }
  mysql_free_result(rows);
  co_return found;
}

}  // namespace trivet::store::mysql
