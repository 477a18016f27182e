#include "store/sqlite/write/writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <optional>
#include <utility>

namespace trivet::store::sqlite {

namespace asio = boost::asio;

namespace {

// A program with more rows than this runs alone.
constexpr uint64_t group_rows_max = 1000;

}  // namespace

// Lives in the frame of the coroutine that waits for it.
struct Writer::Job {
  const Program& program;
  const Params& params;
  Deadline deadline;
  std::optional<result<WriteResult>> outcome;
  bool final = false;  // the outcome stands even if the group runs again
  std::optional<Executor> executor;
  std::move_only_function<void()> resume;
};

Writer::Writer(std::unique_ptr<Connection> connection, const SqliteOptions& options)
    : queue_max_(options.write_queue_max),
      group_max_(options.group_max),
      read_only_(connection->read_only()),
      connection_(std::move(connection)),
      runner_(*connection_, options.statements_max) {
  thread_ = std::thread([this] { work(); });
}

result<std::unique_ptr<Writer>> Writer::open(const SqliteOptions& options) {
  TRIVET_TRY(auto connection, Connection::open(options, Access::write));
  return std::unique_ptr<Writer>(new Writer(std::move(connection), options));
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

WriterCounts Writer::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

task<result<WriteResult>> Writer::write(const Program& program, const Params& params,
                                        Deadline deadline) {
  if (read_only_)
    co_return fail(ErrorCode::read_only, "the database is read-only", {},
                   "check the permissions of the file and its folder");
  Job job{program, params, deadline, std::nullopt, false, {}, {}};
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
      [this, &job](auto handler) {
        auto executor = asio::get_associated_executor(handler);
        job.executor = executor;
        job.resume = [handler = std::move(handler),
                      guard = asio::make_work_guard(executor)]() mutable { std::move(handler)(); };
        if (push(&job)) return;
        job.outcome = fail(ErrorCode::pool_timeout, "The server is busy",
                           "too many writes are waiting", "try again later");
        complete({&job});
      },
      use_task);
  co_return std::move(*job.outcome);
}

bool Writer::push(Job* job) {
  bool notify = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(job);
    notify = std::exchange(sleeping_, false);
  }
  if (notify) wake_.notify_one();
  return true;
}

// Programs of many rows are a group for themselves: a sync more is nothing to them, and a savepoint is.
size_t Writer::group_size() const {
  const auto first_large = std::ranges::find_if(queue_, [](const Job* job) {
    uint64_t rows = 0;
    for (const RowBlock& block : job->params.blocks) rows += block.rows;
    return rows > group_rows_max;
  });
  const auto before = static_cast<size_t>(first_large - queue_.begin());
  return std::clamp<size_t>(before, std::min<size_t>(1, queue_.size()), group_max_);
}

Writer::Jobs Writer::take() {
  std::unique_lock lock(mutex_);
  while (queue_.empty() && !stopping_) {
    sleeping_ = true;
    wake_.wait(lock, [this] { return !queue_.empty() || stopping_; });
  }
  sleeping_ = false;
  const size_t count = group_size();
  if (queue_.size() == count) return std::exchange(queue_, {});
  const auto end = queue_.begin() + static_cast<ptrdiff_t>(count);
  Jobs taken(queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
  return taken;
}

void Writer::work() {
  for (Jobs jobs = take(); !jobs.empty(); jobs = take()) {
    run_group(jobs);
    {
      const std::lock_guard lock(mutex_);
      ++counts_.groups;
      counts_.programs += jobs.size();
    }
    complete(jobs);
  }
}

void Writer::run_group(const Jobs& jobs) {
  // Each round that loses the transaction settles one job for good, so this ends.
  for (;;) {
    const auto done = run_transaction(jobs);
    if (done) return;
    if (std::ranges::any_of(jobs, [](const Job* job) { return !job->final; }) &&
        done.error().code == ErrorCode::serialization_failure)
      continue;
    for (Job* job : jobs)
      if (!job->final) job->outcome = std::unexpected(done.error());
    return;
  }
}

// Error serialization_failure: the transaction was lost to one job, which is final now; run the
// others again.
result<void> Writer::run_transaction(const Jobs& jobs) {
  connection_->set_deadline(Deadline::max());
  TRIVET_CHECK(connection_->execute("BEGIN IMMEDIATE"));
  for (Job* job : jobs) {
    if (job->final) continue;
    if (Deadline::clock::now() > job->deadline) {
      job->outcome =
          fail(ErrorCode::query_canceled, "canceling statement due to statement timeout");
      job->final = true;
      continue;
    }
    const Company company = jobs.size() == 1 ? Company::alone : Company::others;
    job->outcome = runner_.run(job->program, job->params, job->deadline, company);
    connection_->set_deadline(Deadline::max());
    if (sqlite3_get_autocommit(connection_->db()) == 0) continue;
    TRIVET_ASSERT(!*job->outcome);
    job->final = true;
    return fail(ErrorCode::serialization_failure, "the transaction was rolled back");
  }
  auto committed = connection_->execute("COMMIT");
  if (committed) return {};
  Error error = std::move(committed).error();
  if (sqlite3_get_autocommit(connection_->db()) == 0) (void)connection_->execute("ROLLBACK");
  // Not one that asks for another round: no single job is to blame.
  if (error.code == ErrorCode::serialization_failure) error.code = ErrorCode::lock_not_available;
  return std::unexpected(std::move(error));
}

void Writer::complete(const Jobs& jobs) {
  using Resumes = std::vector<std::move_only_function<void()>>;
  // One wake-up per executor: its coroutines go on one after the other.
  std::vector<std::pair<Executor, Resumes>> wakes;
  for (Job* job : jobs) {
    auto found =
        std::ranges::find_if(wakes, [&](const auto& wake) { return wake.first == *job->executor; });
    if (found == wakes.end()) found = wakes.emplace(wakes.end(), *job->executor, Resumes());
    found->second.push_back(std::move(job->resume));
  }
  for (auto& [executor, resumes] : wakes)
    asio::post(executor, [resumes = std::move(resumes)]() mutable {
      for (auto& resume : resumes) resume();
    });
}

}  // namespace trivet::store::sqlite
