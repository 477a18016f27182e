#include "store/mysql/lane.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "store/mysql/errors.h"

namespace trivet::store::mysql {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Lease::Lease(std::shared_ptr<Lane> lane, std::shared_ptr<Connection> connection)
    : lane_(std::move(lane)), connection_(std::move(connection)) {}

Lease::~Lease() {
  if (lane_ != nullptr) lane_->give_back(std::move(connection_));
}

Lane::Lane(Executor executor, MysqlOptions options, std::shared_ptr<Canceller> canceller)
    : executor_(executor), options_(std::move(options)), canceller_(std::move(canceller)) {}

void Lane::open_another() {
  if (closed_ || idle_.size() + leased_ + opening_.size() >= options_.connections) return;
  if (steady_clock::now() < next_attempt_) return;
  if (options_.snapshot && std::exchange(opened_, true)) {
    last_error_ = connection_error(ErrorCode::store_lost, "the snapshot's session has ended");
    return;
  }
  opening_.push_back(std::make_shared<Connection>(executor_, options_, canceller_));
  boost::asio::co_spawn(
      executor_, open_one(opening_.back()),
      // The lane lives until the attempt has ended, and close() makes nothing of its outcome.
      [self = shared_from_this()](const std::exception_ptr&) {});
}

task<void> Lane::open_one(std::shared_ptr<Connection> connection) {
  const auto opened = co_await connection->open(steady_clock::now() + options_.connect_timeout);
  std::erase(opening_, connection);
  if (closed_) {
    connection->close();
  } else if (opened) {
    failures_ = 0;
    last_error_.reset();
    idle_.push_back(std::move(connection));
  } else {
    last_error_ = opened.error();
    const auto most =
        std::min(options_.backoff_max, options_.backoff_min * (1 << std::min(failures_, 16)));
    ++failures_;
    // Between half and all of it, so that many nodes don't come back at once.
    const auto half = static_cast<uint64_t>(most.count()) / 2;
    next_attempt_ = steady_clock::now() + milliseconds(half + random_.below(half + 1));
  }
  wake_all();
}

task<result<Lease>> Lane::acquire(Deadline deadline) {
  const auto self = shared_from_this();
  const Deadline last = std::min(deadline, steady_clock::now() + options_.wait_max);
  for (;;) {
    while (!idle_.empty()) {
      // The last one given back is the warmest.
      std::shared_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (!connection->is_alive()) continue;
      ++leased_;
      co_return Lease(self, std::move(connection));
    }
    if (closed_) co_return std::unexpected(connection_error(ErrorCode::store_lost, "closed"));
    open_another();
    const bool ended = options_.snapshot && leased_ == 0 && opening_.empty();
    if (ended || steady_clock::now() >= last) {
      if (last_error_) co_return std::unexpected(*last_error_);
      co_return fail(ErrorCode::pool_timeout,
                     "Timed out acquiring connection from connection pool.");
    }
    if (waiting_.size() >= options_.queue_max)
      co_return fail(ErrorCode::pool_timeout,
                     "Timed out acquiring connection from connection pool.",
                     "too many requests wait for the database");
    const bool pausing = opening_.empty() && leased_ < options_.connections;
    co_await wait(pausing ? std::min(last, next_attempt_) : last);
  }
}

task<void> Lane::wait(Deadline deadline) {
  const auto mine = waiting_.emplace(waiting_.end(), executor_, deadline);
  co_await mine->async_wait(boost::asio::as_tuple(use_task));
  waiting_.erase(mine);
}

void Lane::give_back(std::shared_ptr<Connection> connection) {
  --leased_;
  if (closed_)
    connection->close();
  else if (connection->in_transaction() && !options_.snapshot)
    connection->close();  // what a caller left open must not reach the next one
  else if (connection->usable())
    idle_.push_back(std::move(connection));
  wake_one();
}

void Lane::wake_one() {
  for (auto& timer : waiting_)
    if (timer.cancel() != 0) return;
}

void Lane::wake_all() {
  for (auto& timer : waiting_) timer.cancel();
}

void Lane::close() {
  closed_ = true;
  for (const auto& connection : idle_) connection->close();
  idle_.clear();
  wake_all();
}

}  // namespace trivet::store::mysql
