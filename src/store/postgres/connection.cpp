#include "store/postgres/connection.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <utility>

#include "store/postgres/errors.h"
#include "store/sql/render.h"

namespace trivet::store::postgres {

namespace {

constexpr auto quietly = boost::asio::as_tuple(use_task);
using Socket = boost::asio::posix::stream_descriptor;

// What every session is set to. Repeatable read: all commands of one exchange see one snapshot. A
// pooler of transactions keeps nothing of this but the time zone, so there transactions say it
// themselves.
std::vector<std::string> session_texts(const PostgresOptions& options) {
  std::vector<std::string> texts = {"SET TIME ZONE 'UTC'"};
  if (options.pooler == Pooler::transactions) return texts;
  texts.emplace_back("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  texts.emplace_back("SET jit = off");
  if (!options.schema.empty() || !options.more_schemas.empty()) {
    std::string path = sql::quote_identifier(options.schema.empty() ? "public" : options.schema);
    for (const std::string& more : options.more_schemas) path += ", " + sql::quote_identifier(more);
    texts.push_back("SET search_path = " + path);
  }
  if (options.statement_timeout.count() > 0)
    texts.push_back("SET statement_timeout = " + std::to_string(options.statement_timeout.count()));
  return texts;
}

// Under which a statement is known as prepared; `room` outlives it.
const std::string& prepared_key(const Exchange& exchange, const Command& command, std::string& room) {
  const std::string& text = command.statement->text;
  if (exchange.role.empty() || command.is_control) return text;
  room = exchange.role + '\0' + text;
  return room;
}

// A clock's last moment is further away than timers reckon.
Deadline bounded(Deadline deadline) {
  return std::min(deadline, std::chrono::steady_clock::now() + std::chrono::hours(24));
}

bool ends_session(const PGresult& result) {
  const char* severity = PQresultErrorField(&result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == nullptr || std::string_view(severity) != "ERROR";
}

// The statement is not there any more, or its tables are others: prepared anew it may do.
bool is_stale(const PGresult& result) {
  const char* state = PQresultErrorField(&result, PG_DIAG_SQLSTATE);
  const char* function = PQresultErrorField(&result, PG_DIAG_SOURCE_FUNCTION);
  const std::string_view code = state == nullptr ? "" : state;
  return code == "26000" ||
         (code == "0A000" && function != nullptr && std::string_view(function) == "RevalidateCachedQuery");
}

}  // namespace

void ClearResult::operator()(pg_result* result) const { PQclear(result); }

struct Connection::Running {
  // One message of ours that the server answers: a statement's preparation, or its run.
  struct Item {
    const Command* command;
    bool prepares;
    std::string name;  // of the prepared statement; empty: none
  };

  Running(Executor executor, std::shared_ptr<Exchange> exchange_)
      : exchange(std::move(exchange_)), signal(executor) {}

  std::shared_ptr<Exchange> exchange;
  boost::asio::steady_timer signal;  // cancelled when done
  std::deque<Item> items;
  size_t commands_done = 0;
  bool answered = false;  // the front item has its result
  bool done = false;
  bool given_up = false;
};

Connection::Connection(Executor executor, const PostgresOptions& options,
                       std::shared_ptr<Canceller> canceller)
    : executor_(executor), options_(options), canceller_(std::move(canceller)), socket_(executor) {}

Connection::~Connection() { close(); }

void Connection::close() {
  if (!in_flight_.empty()) fail(connection_error(ErrorCode::store_lost, "closed"));
  open_ = false;
  broken_ = true;
  if (socket_.is_open()) (void)socket_.release();  // libpq closes it
  if (connection_ != nullptr) PQfinish(std::exchange(connection_, nullptr));
}

result<void> Connection::start(Deadline deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::seconds>(deadline - std::chrono::steady_clock::now());
  const std::string timeout = std::to_string(std::max<int64_t>(2, left.count() + 1));
  const std::string unanswered = std::to_string(options_.connect_timeout.count());
  // A host that is gone answers nothing, not even that: what is before dbname, the url overrides.
  const std::array<const char*, 9> names = {"keepalives_idle",
                                            "keepalives_interval",
                                            "keepalives_count",
                                            "tcp_user_timeout",
                                            "dbname",
                                            "client_encoding",
                                            "connect_timeout",
                                            "fallback_application_name",
                                            nullptr};
  const std::array<const char*, 9> values = {
      "15",     "5",    "3", unanswered.c_str(), options_.url.c_str(), "UTF8", timeout.c_str(),
      "trivet", nullptr};
  connection_ = PQconnectStartParams(names.data(), values.data(), 1);
  if (connection_ == nullptr) return fail_connect("out of memory");
  if (PQstatus(connection_) == CONNECTION_BAD) return fail_connect(PQerrorMessage(connection_));
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  return {};
}

result<void> Connection::fail_connect(const char* why) {
  return std::unexpected(connection_error(ErrorCode::connection_failed, why));
}

task<bool> Connection::wait_socket(Socket::wait_type what, Deadline deadline) {
  // libpq may go on to another address, and so to another socket.
  socket_.assign(PQsocket(connection_));
  boost::asio::steady_timer timer(executor_, deadline);
  timer.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->socket_.is_open()) self->socket_.cancel();
  });
  const auto [error] = co_await socket_.async_wait(what, quietly);
  if (socket_.is_open()) (void)socket_.release();
  co_return !error && connection_ != nullptr;
}

task<result<void>> Connection::poll_connect(Deadline deadline) {
  auto status = PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK) {
    const auto what = status == PGRES_POLLING_READING ? Socket::wait_read : Socket::wait_write;
    const bool ready = co_await wait_socket(what, deadline);
    if (!ready) co_return fail_connect("timeout");
    status = PQconnectPoll(connection_);
    if (status == PGRES_POLLING_FAILED) co_return fail_connect(PQerrorMessage(connection_));
  }
  co_return result<void>();
}

task<result<void>> Connection::open(Deadline deadline) {
  deadline = bounded(deadline);
  TRIVET_CO_CHECK(start(deadline));
  result<void> connected = co_await poll_connect(deadline);
  if (!connected) co_return connected;
  if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1)
    co_return fail_connect(PQerrorMessage(connection_));
  socket_.assign(PQsocket(connection_));
  open_ = true;
  read_more();
  auto setup = std::make_shared<Exchange>();
  for (std::string& text : session_texts(options_))
    setup->commands.push_back(plain_command(std::move(text)));
  co_await run(setup, deadline);
  if (setup->error) {
    close();
    co_return std::unexpected(*setup->error);
  }
  co_return result<void>();
}

task<void> Connection::run(std::shared_ptr<Exchange> exchange, Deadline deadline) {
  const auto self = shared_from_this();
  const auto running = std::make_shared<Running>(executor_, exchange);
  if (!usable()) {
    exchange->error = connection_error(ErrorCode::store_lost, "closed");
    co_return;
  }
  in_flight_.push_back(running);
  if (!send(*running)) fail(connection_error(ErrorCode::store_lost, PQerrorMessage(connection_)));
  if (!running->done) {
    running->signal.expires_at(bounded(deadline));
    co_await running->signal.async_wait(quietly);
  }
  if (running->done) co_return;
  // Answers may still come: they go to an exchange that nobody looks at.
  running->given_up = true;
  running->exchange = std::make_shared<Exchange>(std::move(*exchange));
  *exchange = Exchange();
  exchange->error = error_of_state("57014", "the deadline has passed");
  if (in_flight_.front() == running) cancel_front();
}

bool Connection::send(Running& running) {
  for (const Command& command : running.exchange->commands)
    if (!send_command(running, command)) return false;
  if (PQpipelineSync(connection_) != 1) return false;
  flush();
  return true;
}

// A function that comes before may change the role, and then nobody here knows whose plan it is.
bool Connection::may_prepare(const Exchange& exchange, const Command& command) const {
  const bool is_callers = !exchange.role.empty() && !command.is_control;
  return options_.pooler == Pooler::none && prepared_.size() < options_.statements_max &&
         (!is_callers || options_.pre_request.empty());
}

// Unless another was prepared under the same key meanwhile.
void Connection::forget(const Running& running, const Command& command, const std::string& name) {
  std::string room;
  const auto known = prepared_.find(prepared_key(*running.exchange, command, room));
  if (known != prepared_.end() && known->second.name == name) prepared_.erase(known);
}

bool Connection::send_command(Running& running, const Command& command) {
  const std::string& text = command.statement->text;
  std::string room;
  const std::string& key = prepared_key(*running.exchange, command, room);
  std::string name;
  if (const auto known = prepared_.find(key); known != prepared_.end()) {
    if (known->second.is_there) name = known->second.name;
  } else if (may_prepare(*running.exchange, command)) {
    name = "s" + std::to_string(next_name_++);
    prepared_.emplace(key, Prepared{name});
    running.items.push_back({&command, true, name});
    if (PQsendPrepare(connection_, name.c_str(), text.c_str(), 0, nullptr) != 1) return false;
  }
  const auto count = static_cast<int>(command.cells.size());
  std::vector<const char*> values;
  std::vector<int> lengths;
  const std::vector<int> formats(command.cells.size(), 1);
  for (const auto& [at, length] : command.cells) {
    values.push_back(length < 0 ? nullptr : command.bytes.data() + at);
    lengths.push_back(std::max(length, 0));
  }
  running.items.push_back({&command, false, name});
  if (name.empty())
    return PQsendQueryParams(connection_, text.c_str(), count, nullptr, values.data(),
                             lengths.data(), formats.data(), 1) == 1;
  return PQsendQueryPrepared(connection_, name.c_str(), count, values.data(), lengths.data(),
                             formats.data(), 1) == 1;
}

void Connection::confirm(const Running& running, const Command& command, const std::string& name) {
  std::string room;
  const auto known = prepared_.find(prepared_key(*running.exchange, command, room));
  if (known != prepared_.end() && known->second.name == name) known->second.is_there = true;
}

void Connection::flush() {
  const int left = PQflush(connection_);
  if (left < 0) return fail(connection_error(ErrorCode::store_lost, PQerrorMessage(connection_)));
  if (left == 0 || writing_) return;
  writing_ = true;
  socket_.async_wait(Socket::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       self->writing_ = false;
                       if (!error && self->usable()) self->flush();
                     });
}

void Connection::read_more() {
  if (reading_ || !usable()) return;
  reading_ = true;
  socket_.async_wait(Socket::wait_read, [self =
                                             shared_from_this()](boost::system::error_code error) {
    self->reading_ = false;
    if (error || !self->usable()) return;
    if (PQconsumeInput(self->connection_) != 1)
      return self->fail(connection_error(ErrorCode::store_lost, PQerrorMessage(self->connection_)));
    self->take_results();
    if (!self->usable()) return;
    if (self->in_flight_.empty() && PQstatus(self->connection_) != CONNECTION_OK)
      return self->fail(connection_error(ErrorCode::store_lost, "closed by the server"));
    self->flush();
    self->read_more();
  });
}

void Connection::take_results() {
  // Between the results of two commands comes a null; a second one says that there is no more.
  int nulls = 0;
  while (usable() && !in_flight_.empty() && PQisBusy(connection_) == 0 && nulls < 2) {
    ResultPointer result(PQgetResult(connection_));
    Running& running = *in_flight_.front();
    if (result == nullptr) {
      ++nulls;
      if (running.answered) end_item(running);
      continue;
    }
    nulls = 0;
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC)
      finish_front();
    else
      take(running, std::move(result));
  }
}

// The server's error, kept as what became of the exchange unless an earlier one was.
void Connection::keep_error(Running& running, ResultPointer result) {
  Exchange& exchange = *running.exchange;
  if (exchange.error) return;
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  // One that is stale is no error of the statement's: it is repeated, prepared anew.
  exchange.state = is_stale(*result) ? "26000" : state == nullptr ? "" : state;
  exchange.error = exchange.state.empty()
                       ? connection_error(ErrorCode::store_lost, PQresultErrorMessage(result.get()))
                       : error_of_result(*result);
  if (!exchange.state.empty()) exchange.failed = std::move(result);
  exchange.failed_command = running.commands_done;
}

void Connection::take(Running& running, ResultPointer result) {
  if (running.items.empty()) {
    // All commands are done: what comes is about their commit (constraints that are deferred to it), and the exchange's own. What
    // ends the session is everybody's, who hear of that alone.
    if (!ends_session(*result) && PQstatus(connection_) == CONNECTION_OK)
      return keep_error(running, std::move(result));
    return fail(connection_error(ErrorCode::store_lost, PQresultErrorMessage(result.get())));
  }
  running.answered = true;
  Exchange& exchange = *running.exchange;
  const Running::Item item = running.items.front();
  switch (PQresultStatus(result.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      if (item.prepares) return confirm(running, *item.command, item.name);
      if (!exchange.error) exchange.results.push_back(std::move(result));
      return;
    case PGRES_PIPELINE_ABORTED:
      if (item.prepares) forget(running, *item.command, item.name);
      return;
    default:
      break;
  }
  if (item.prepares || is_stale(*result)) forget(running, *item.command, item.name);
  keep_error(running, std::move(result));
}

void Connection::end_item(Running& running) {
  running.answered = false;
  if (!running.items.front().prepares) ++running.commands_done;
  running.items.pop_front();
}

void Connection::finish_front() {
  const std::shared_ptr<Running> running = std::move(in_flight_.front());
  in_flight_.pop_front();
  running->done = true;
  running->signal.cancel();
  if (!in_flight_.empty() && in_flight_.front()->given_up) cancel_front();
}

void Connection::cancel_front() {
  canceller_->cancel(PQgetCancel(connection_));
  // A server that doesn't even say that it stopped may be another one by now.
  const std::shared_ptr<Running> front = in_flight_.front();
  front->signal.expires_after(options_.connect_timeout);
  front->signal.async_wait([self = shared_from_this(), front](boost::system::error_code error) {
    if (error || front->done || !self->usable()) return;
    self->fail(connection_error(ErrorCode::store_lost, "the server doesn't answer"));
  });
}

void Connection::fail(Error error) {
  broken_ = true;
  for (const std::shared_ptr<Running>& running : in_flight_) {
    if (!running->exchange->error) running->exchange->error = error;
    running->done = true;
    running->signal.cancel();
  }
  in_flight_.clear();
  if (socket_.is_open()) (void)socket_.release();
}

}  // namespace trivet::store::postgres
