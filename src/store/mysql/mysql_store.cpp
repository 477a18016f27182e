#include "store/mysql/mysql_store.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>

#include "store/mysql/errors.h"
#include "store/mysql/lane.h"
#include "store/mysql/read/rows.h"
#include "store/mysql/write/program.h"

namespace trivet::store::mysql {

namespace {

constexpr size_t texts_max = 4096;
using std::chrono::steady_clock;

// Longer with each attempt, so that those who fight for one row come apart.
task<void> pause_before(int attempt) {
  SystemRandom random;
  const uint64_t most = uint64_t{2} << std::min(attempt, 6);
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                  std::chrono::milliseconds(1 + random.below(most)));
  co_await timer.async_wait(boost::asio::as_tuple(use_task));
}

boost::asio::execution_context& context_of(const Executor& executor) { return executor.context(); }

// Both statements of a counted read see one snapshot.
enum class Begin : uint8_t { when_counted, never };
task<result<Rows>> read_once(Connection& connection, const Select& select, const Select* count,
                             Begin when, const Query& query, const Params& params, Deadline deadline) {
  Rows rows;
  const Command begin = plain_command("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  const Command end = plain_command("COMMIT");
  const bool begins = count != nullptr && when == Begin::when_counted;
  TRIVET_CO_TRY(const Command command, make_command(select.statement, {.params = params.values}));
  Command counting;
  if (count != nullptr) {
    TRIVET_CO_TRY(counting, make_command(count->statement, {.params = params.values}));
  }
  if (begins) {
    auto begun = co_await connection.run(begin, {}, rows.arena, deadline);
    if (!begun) co_return std::unexpected(std::move(begun).error());
  }
  auto answer = co_await connection.run(command, select.columns, rows.arena, deadline);
  if (answer && count != nullptr) {
    auto counted = co_await connection.run(counting, count->columns, rows.arena, deadline);
    if (counted && !counted->cells.empty())
      rows.total = counted->cells.front().as_integer();
    else if (!counted)
      answer = std::unexpected(std::move(counted).error());
  }
  if (begins && connection.usable()) {
    auto ended = co_await connection.run(end, {}, rows.arena, deadline);
    if (!ended) connection.close();
  }
  if (!answer) co_return std::unexpected(std::move(answer).error());
  TRIVET_CO_TRY(rows.batch, decode_rows(*answer, query.root, 0, rows.arena));
  co_return rows;
}

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

Capabilities mysql_capabilities() {
  Capabilities made;
  made.store_name = "mysql";
  made.decimal_digits = 65;
  for (const Capability capability :
       {Capability::regex, Capability::json_path, Capability::aggregates, Capability::transactions,
        Capability::foreign_keys, Capability::case_insensitive_like, Capability::upsert})
    made.add(capability);
  return made;
}

MysqlStore::MysqlStore(MysqlOptions options, std::vector<Executor> loops)
    : options_(std::move(options)), capabilities_(mysql_capabilities()) {
  if (loops.empty()) {
    own_ = std::make_unique<OwnLoop>();
    loops.push_back(own_->executor());
  }
  const auto canceller = std::make_shared<Canceller>(options_);
  for (const auto& loop : loops)
    lanes_.push_back(std::make_shared<Lane>(loop, options_, canceller));
}

MysqlStore::~MysqlStore() {
  if (own_ == nullptr) {
    for (const auto& lane : lanes_) lane->close();
    return;
  }
  boost::asio::post(own_->executor(), [lane = lanes_.front()] { lane->close(); });
  lanes_.clear();
  own_.reset();  // runs what was posted
}

void MysqlStore::close_loop(size_t index) { lanes_.at(index)->close(); }

Lane& MysqlStore::lane_of(const Executor& caller) {
  for (const auto& lane : lanes_)
    if (&context_of(lane->executor()) == &context_of(caller)) return *lane;
  return *lanes_.front();
}

template <class T>
task<T> MysqlStore::on_lane(Lane& lane, const Executor& caller, task<T> work) {
  if (&context_of(lane.executor()) == &context_of(caller)) co_return co_await std::move(work);
  co_return co_await boost::asio::co_spawn(lane.executor(), std::move(work), use_task);
}

MysqlStore::Texts MysqlStore::texts_of(const Query& query) {
  if (query.id != 0) {
    const std::lock_guard lock(mutex_);
    const auto found = texts_.find(query.id);
    if (found != texts_.end()) return found->second;
  }
  auto made = std::make_shared<QueryTexts>();
  made->select = render_select(*query.schema, query.root, {});
  if (query.count) made->count = render_count(*query.schema, query.root);
  if (query.id != 0) {
    const std::lock_guard lock(mutex_);
    if (texts_.size() >= texts_max) texts_.clear();
    texts_.emplace(query.id, made);
  }
  return made;
}

task<result<Rows>> MysqlStore::read(const Query& query, const Params& params, Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  result<Rows> rows = co_await on_lane(lane, caller, read_on(lane, query, params, deadline));
  co_return rows;
}

task<result<Rows>> MysqlStore::read_on(Lane& lane, const Query& query, const Params& params,
                                       Deadline deadline) {
  const Texts texts = texts_of(query);
  const Select* count = texts->count ? &*texts->count : nullptr;
  const Begin begin = options_.snapshot ? Begin::never : Begin::when_counted;
  for (int attempt = 1;; ++attempt) {
    bool again = false;
    result<Rows> rows = fail(ErrorCode::internal, "not run");
    {
      auto lease = co_await lane.acquire(deadline);
      if (!lease) co_return std::unexpected(std::move(lease).error());
      rows = co_await read_once(**lease, texts->select, count, begin, query, params, deadline);
      // A read may be sent again whatever happened to its connection.
      again = !rows && (rows.error().code == ErrorCode::store_lost ||
                        may_repeat((*lease)->last_number()));
    }
    if (!again || attempt >= options_.attempts_max || steady_clock::now() >= deadline)
      co_return rows;
    co_await pause_before(attempt);
  }
}

task<result<WriteResult>> MysqlStore::write(const Program& program, const Params& params,
                                            Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  result<WriteResult> written =
      co_await on_lane(lane, caller, write_on(lane, program, params, deadline));
  co_return written;
}

task<result<WriteResult>> MysqlStore::write_on(Lane& lane, const Program& program,
                                               const Params& params, Deadline deadline) {
  for (int attempt = 1;; ++attempt) {
    bool again = false;
    result<WriteResult> written = fail(ErrorCode::internal, "not run");
    {
      auto lease = co_await lane.acquire(deadline);
      if (!lease) co_return std::unexpected(std::move(lease).error());
      ProgramRun run(**lease, program, params, deadline);
      written = co_await run.run();
      again = run.may_repeat();
    }
    if (written || !again) co_return written;
    if (attempt >= options_.attempts_max || steady_clock::now() >= deadline) co_return written;
    co_await pause_before(attempt);
  }
}

result<void> MysqlStore::connect(Deadline deadline) {
  TRIVET_ASSERT(own_ != nullptr);
  return boost::asio::co_spawn(own_->executor(), ping(deadline), boost::asio::use_future).get();
}

task<result<void>> MysqlStore::execute(std::vector<std::string> statements, Deadline deadline) {
  const Executor caller = co_await boost::asio::this_coro::executor;
  Lane& lane = lane_of(caller);
  result<void> done =
      co_await on_lane(lane, caller, execute_on(lane, std::move(statements), deadline));
  co_return done;
}

task<result<void>> MysqlStore::execute_on(Lane& lane, std::vector<std::string> statements,
                                          Deadline deadline) {
  auto lease = co_await lane.acquire(deadline);
  if (!lease) co_return std::unexpected(std::move(lease).error());
  Arena arena;
  for (std::string& text : statements) {
    const Command command = plain_command(std::move(text));
    auto done = co_await (*lease)->run(command, {}, arena, deadline);
    if (!done) co_return std::unexpected(std::move(done).error());
  }
  co_return result<void>();
}

task<result<void>> MysqlStore::ping(Deadline deadline) {
  std::vector<std::string> statements;
  statements.emplace_back("DO 1");
  result<void> answered = co_await execute(std::move(statements), deadline);
  co_return answered;
}

}  // namespace trivet::store::mysql
