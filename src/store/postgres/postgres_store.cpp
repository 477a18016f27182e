#include "store/postgres/postgres_store.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <iterator>
#include <libpq-fe.h>
#include <thread>

#include "store/postgres/bind.h"
#include "store/postgres/calls/run.h"
#include "store/postgres/errors.h"
#include "store/postgres/lane.h"
#include "store/postgres/rows.h"
#include "store/postgres/write/program.h"
#include "store/sql/render.h"
#include "store/sql/render_nested.h"

namespace trivet::store::postgres {

namespace {

constexpr size_t texts_max = 4096;
using std::chrono::steady_clock;

// Whether a run that ended in this way may be sent again. A statement that was stopped before its
// time was in the way of a cancellation that meant its neighbour.
bool should_repeat(const Error& error, std::string_view state, Deadline deadline) {
  if (steady_clock::now() >= deadline) return false;
  return may_repeat(state) || (state == "57014" && error.code == ErrorCode::query_canceled);
}

// Longer with each attempt, so that those who fight for one row come apart.
task<void> pause_before(int attempt) {
  SystemRandom random;
  const uint64_t most = uint64_t{2} << std::min(attempt, 6);
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                  std::chrono::milliseconds(1 + random.below(most)));
  co_await timer.async_wait(boost::asio::as_tuple(use_task));
}

// Ends a session whose transaction was not seen to end.
class TransactionGuard {
 public:
  explicit TransactionGuard(Lease& lease) : lease_(lease) {}
  ~TransactionGuard() {
    if (!ended_) lease_->close();
  }
  TransactionGuard(const TransactionGuard&) = delete;
  TransactionGuard& operator=(const TransactionGuard&) = delete;
  void set_ended() { ended_ = true; }

 private:
  Lease& lease_;
  bool ended_ = false;
};

// For reads whose snapshot the session doesn't give them by itself.
task<void> run_in_transaction(Lane& lane, std::shared_ptr<Exchange> exchange, Deadline deadline) {
  auto lease = co_await lane.acquire(Use::alone, deadline);
  if (!lease) {
    exchange->error = std::move(lease).error();
    co_return;
  }
  std::vector<Command> commands;
  commands.push_back(plain_command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  const std::string& snapshot = lane.options().snapshot;
  if (!snapshot.empty())
    commands.push_back(plain_command("SET TRANSACTION SNAPSHOT " + sql::quote_literal(snapshot)));
  const auto before = static_cast<std::ptrdiff_t>(commands.size());
  std::ranges::move(exchange->commands, std::back_inserter(commands));
  commands.push_back(plain_command("COMMIT"));
  exchange->commands = std::move(commands);
  TransactionGuard guard(*lease);
  co_await (*lease)->run(exchange, deadline);
  if (exchange->error) {
    // The server refused and is there: only the transaction ends, not the session.
    if (exchange->state.empty()) co_return;
    auto end = std::make_shared<Exchange>();
    end->commands.push_back(plain_command("ROLLBACK"));
    co_await (*lease)->run(end, deadline);
    if (!end->error) guard.set_ended();
    co_return;
  }
  guard.set_ended();
  exchange->results.erase(exchange->results.begin(), exchange->results.begin() + before);
}

task<void> run_shared(Lane& lane, Use use, std::shared_ptr<Exchange> exchange, Deadline deadline) {
  auto lease = co_await lane.acquire(use, deadline);
  if (lease)
    co_await (*lease)->run(exchange, deadline);
  else
    exchange->error = std::move(lease).error();
}

// The rows of the root: its table's, or those that came with the request.
sql::NestedSource source_of(const Query& query) {
  const int param = query.root.rows_param;
  if (param < 0) return {};
  const schema::Model& model = query.schema->models[static_cast<size_t>(query.root.model)];
  return {.from =
              [&model, param](sql::Renderer& out, const std::string& alias) {
                out.raw("json_populate_recordset(NULL::");
                out.identifier(model.table());
                out.raw(", ");
                out.bind_typed(sql::BindKind::param, param, Type::json, -1);
                out.raw(") AS " + alias);
              },
          .order = {}};
}

std::string explain_text(PlanWish wish) {
  std::string text = wish.format == PlanFormat::json ? "EXPLAIN (FORMAT JSON" : "EXPLAIN (FORMAT TEXT";
  if (wish.analyze) text += ", ANALYZE";
  if (wish.verbose) text += ", VERBOSE";
  if (wish.settings) text += ", SETTINGS";
  if (wish.buffers) text += ", BUFFERS";
  if (wish.wal) text += ", WAL";
  return text + ") ";
}

boost::asio::execution_context& context_of(const Executor& executor) { return executor.context(); }

}  // namespace

// A loop on a thread of its own.
class OwnLoop {
 public:
  OwnLoop() : work_(context_.get_executor()), thread_([this] { context_.run(); }) {}
  ~OwnLoop() {
    work_.reset();
    thread_.join();
  }
  Executor executor() { return context_.get_executor(); }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

Capabilities postgres_capabilities() {
  Capabilities made;
  made.store_name = "postgresql";
  made.decimal_digits = 1000;
  for (const Capability capability :
       {Capability::regex, Capability::text_search, Capability::json_path,
        Capability::json_containment, Capability::lists, Capability::aggregates,
        Capability::transactions, Capability::foreign_keys, Capability::case_insensitive_like,
        Capability::upsert, Capability::given_rows, Capability::row_functions})
    made.add(capability);
  return made;
}

PostgresStore::PostgresStore(PostgresOptions options, std::vector<Executor> loops)
    : options_(std::move(options)), capabilities_(postgres_capabilities()) {
  if (loops.empty()) {
    own_ = std::make_unique<OwnLoop>();
    loops.push_back(own_->executor());
  }
  const auto canceller = std::make_shared<Canceller>();
  for (const auto& loop : loops)
    lanes_.push_back(std::make_shared<Lane>(loop, options_, canceller));
}

PostgresStore::~PostgresStore() {
  if (own_ == nullptr) {
    for (const auto& lane : lanes_) lane->close();
    return;
  }
  boost::asio::post(own_->executor(), [lane = lanes_.front()] { lane->close(); });
  lanes_.clear();
  own_.reset();  // runs what was posted
}

void PostgresStore::close_loop(size_t index) { lanes_.at(index)->close(); }

Lane& PostgresStore::lane_of(const Executor& caller) {
  for (const auto& lane : lanes_)
    if (&context_of(lane->executor()) == &context_of(caller)) return *lane;
  return *lanes_.front();
}

template <class T>
task<T> PostgresStore::on_lane(Lane& lane, const Executor& caller, task<T> work) {
  if (&context_of(lane.executor()) == &context_of(caller)) co_return co_await std::move(work);
  co_return co_await boost::asio::co_spawn(lane.executor(), std::move(work), use_task);
}

PostgresStore::Texts PostgresStore::texts_of(const Query& query) {
  if (query.id != 0) {
    const std::lock_guard lock(mutex_);
    const auto found = texts_.find(query.id);
    if (found != texts_.end()) return found->second;
  }
  auto made = std::make_shared<QueryTexts>();
  const sql::Dialect& dialect = sql::postgresql_dialect();
  const sql::NestedSource source = source_of(query);
  made->select = std::make_shared<const sql::Statement>(
      sql::render_nested(*query.schema, dialect, query.root, source));
  if (query.count)
    made->count = std::make_shared<const sql::Statement>(
        sql::render_nested_count(*query.schema, dialect, query.root, source));
  if (query.id != 0) {
    const std::lock_guard lock(mutex_);
    if (texts_.size() >= texts_max) texts_.clear();
    texts_.emplace(query.id, made);
  }
  return made;
}

task<result<Rows>> PostgresStore::read(const Query& query, const Params& params,
                                       Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  const Asked asked{params, deadline, nullptr};
  result<Rows> rows = co_await on_lane(lane, caller, read_on(lane, query, asked));
  co_return rows;
}

task<result<Rows>> PostgresStore::read_as(CallerSession& session, const Query& query,
                                          const Params& params, Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  const Asked asked{params, deadline, &session};
  result<Rows> rows = co_await on_lane(lane, caller, read_on(lane, query, asked));
  co_return rows;
}

task<result<Rows>> PostgresStore::read_on(Lane& lane, const Query& query, Asked asked) {
  const Deadline deadline = asked.deadline;
  const Texts texts = texts_of(query);
  for (int attempt = 1;; ++attempt) {
    auto exchange = std::make_shared<Exchange>();
    if (asked.session != nullptr) {
      exchange->role = role_in(asked.session->settings);
      TRIVET_CO_TRY(exchange->commands,
                    session_commands(asked.session->settings, Access::read_only, options_));
    }
    const size_t first = exchange->commands.size();
    for (const auto& statement : {texts->select, texts->count}) {
      if (statement == nullptr) continue;
      TRIVET_CO_TRY(Command command, make_command(statement, {.params = asked.params.values}));
      exchange->commands.push_back(std::move(command));
    }
    const bool pooled = options_.pooler == Pooler::transactions;
    const bool small = query.cost == Cost::small && !query.count;
    if (!options_.snapshot.empty() || (query.count && pooled))
      co_await run_in_transaction(lane, exchange, deadline);
    else
      co_await run_shared(lane, small ? Use::small : Use::shared, exchange, deadline);
    if (!exchange->error) {
      if (asked.session != nullptr && !options_.pre_request.empty())
        read_response(*exchange->results[first - 1], *asked.session);
      Rows rows;
      TRIVET_CO_TRY(rows.batch, decode_rows(*exchange->results[first], query.root, rows.arena));
      if (query.count) rows.total = integer_at(*exchange->results[first + 1], 0, 0);
      co_return rows;
    }
    // A read may be sent again whatever happened to its connection.
    const bool lost =
        exchange->error->code == ErrorCode::store_lost && steady_clock::now() < deadline;
    const bool again = lost || should_repeat(*exchange->error, exchange->state, deadline);
    if (!again || attempt >= options_.attempts_max) {
      if (asked.session != nullptr) asked.session->refusal = refusal_of(*exchange);
      co_return std::unexpected(*exchange->error);
    }
    co_await pause_before(attempt);
  }
}

task<result<std::string>> PostgresStore::explain(CallerSession* session, const Query& query,
                                                 const Params& params, PlanWish wish,
                                                 Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  const Asked asked{params, deadline, session};
  result<std::string> told = co_await on_lane(lane, caller, explain_on(lane, query, wish, asked));
  co_return told;
}

task<result<std::string>> PostgresStore::explain_on(Lane& lane, const Query& query, PlanWish wish,
                                                    Asked asked) {
  auto exchange = std::make_shared<Exchange>();
  if (asked.session != nullptr) {
    exchange->role = role_in(asked.session->settings);
    TRIVET_CO_TRY(exchange->commands,
                  session_commands(asked.session->settings, Access::read_only, options_));
  }
  auto statement = std::make_shared<sql::Statement>(*texts_of(query)->select);
  statement->text.insert(0, explain_text(wish));
  TRIVET_CO_TRY(Command command,
                make_command(std::move(statement), {.params = asked.params.values}));
  exchange->commands.push_back(std::move(command));
  co_await run_in_transaction(lane, exchange, asked.deadline);
  if (exchange->error) {
    if (asked.session != nullptr) asked.session->refusal = refusal_of(*exchange);
    co_return std::unexpected(*exchange->error);
  }
  // Behind it is the end of the transaction.
  const pg_result& lines = *exchange->results[exchange->results.size() - 2];
  std::string told;
  for (int row = 0; row < PQntuples(&lines); ++row) {
    if (row > 0) told += '\n';
    told.append(PQgetvalue(&lines, row, 0), static_cast<size_t>(PQgetlength(&lines, row, 0)));
  }
  co_return told;
}

task<result<WriteResult>> PostgresStore::write(const Program& program, const Params& params,
                                               Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  const Asked asked{params, deadline, nullptr};
  result<WriteResult> written =
      co_await on_lane(lane, caller, write_on(lane, program, asked));
  co_return written;
}

task<result<WriteResult>> PostgresStore::write_as(CallerSession& session, const Program& program,
                                                  const Params& params, Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  const Asked asked{params, deadline, &session};
  result<WriteResult> written =
      co_await on_lane(lane, caller, write_on(lane, program, asked));
  co_return written;
}

task<result<WriteResult>> PostgresStore::write_on(Lane& lane, const Program& program,
                                                  Asked asked) {
  const Deadline deadline = asked.deadline;
  for (int attempt = 1;; ++attempt) {
    std::string state;
    result<WriteResult> written = fail(ErrorCode::internal, "not run");
    {
      ProgramRun run(lane, program, asked.params, deadline);
      if (asked.session != nullptr) run.set_session(*asked.session);
      written = co_await run.run();
      state = run.state();
    }
    if (written) co_return written;
    if (!should_repeat(written.error(), state, deadline) || attempt >= options_.attempts_max)
      co_return written;
    co_await pause_before(attempt);
  }
}

task<result<CallAnswer>> PostgresStore::call(const Call& call, Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  result<CallAnswer> answer = co_await on_lane(lane, caller, run_call(lane, call, deadline));
  co_return answer;
}

task<result<void>> PostgresStore::execute(std::vector<std::string> statements, Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  result<void> done =
      co_await on_lane(lane, caller, execute_on(lane, std::move(statements), deadline));
  co_return done;
}

task<result<void>> PostgresStore::execute_on(Lane& lane, std::vector<std::string> statements,
                                             Deadline deadline) {
  auto lease = co_await lane.acquire(Use::shared, deadline);
  if (!lease) co_return std::unexpected(std::move(lease).error());
  auto exchange = std::make_shared<Exchange>();
  for (std::string& text : statements) exchange->commands.push_back(plain_command(std::move(text)));
  co_await (*lease)->run(exchange, deadline);
  if (exchange->error) co_return std::unexpected(*exchange->error);
  co_return result<void>();
}

task<result<void>> PostgresStore::ping(Deadline deadline) {
  std::vector<std::string> statements;
  statements.emplace_back("SELECT 1");
  result<void> answered = co_await execute(std::move(statements), deadline);
  co_return answered;
}

}  // namespace trivet::store::postgres
