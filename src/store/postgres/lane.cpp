#include "store/postgres/lane.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "store/postgres/errors.h"

namespace trivet::store::postgres {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Lease::Lease(std::shared_ptr<Lane> lane, std::shared_ptr<Connection> connection, Use use)
    : lane_(std::move(lane)), connection_(std::move(connection)), use_(use) {
  if (use_ == Use::alone) connection_->reserved = true;
  if (use_ == Use::shared) ++connection_->long_ones;
}

Lease::~Lease() {
  if (lane_ != nullptr) lane_->give_back(*connection_, use_);
}

Lane::Lane(Executor executor, PostgresOptions options, std::shared_ptr<Canceller> canceller)
    : executor_(executor), options_(std::move(options)), canceller_(std::move(canceller)) {}

// The connection with the fewest long ones, then the least busy; for a small one the first that has
// only few of its kind.
std::shared_ptr<Connection> Lane::pick(Use use) const {
  std::shared_ptr<Connection> best;
  for (const auto& connection : connections_) {
    if (!connection->usable() || connection->reserved) continue;
    const size_t busy = connection->in_flight();
    if (use == Use::small && connection->long_ones == 0 && busy < options_.crowd_max)
      return connection;
    if (busy >= options_.in_flight_max) continue;
    if (best == nullptr || std::pair(connection->long_ones, busy) <
                               std::pair(best->long_ones, best->in_flight()))
      best = connection;
  }
  return best;
}

void Lane::drop_broken() {
  std::erase_if(connections_, [](const auto& connection) {
    return !connection->usable() && !connection->reserved;
  });
}

void Lane::open_another() {
  if (closed_ || connections_.size() + opening_.size() >= options_.connections) return;
  if (steady_clock::now() < next_attempt_) return;
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
    connections_.push_back(std::move(connection));
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

task<result<Lease>> Lane::acquire(Use use, Deadline deadline) {
  const auto self = shared_from_this();
  const Deadline last = std::min(deadline, steady_clock::now() + options_.wait_max);
  for (;;) {
    drop_broken();
    auto best = pick(use);
    if (best == nullptr || best->in_flight() > 0) open_another();
    // What ends at once rather waits for a connection that is being made than for a long one's end.
    const bool rather_wait =
        use == Use::small && best != nullptr && best->long_ones > 0 && !opening_.empty();
    if (best != nullptr && !rather_wait) co_return Lease(self, std::move(best), use);
    if (closed_) co_return std::unexpected(connection_error(ErrorCode::store_lost, "closed"));
    if (steady_clock::now() >= last) {
      if (last_error_) co_return std::unexpected(*last_error_);
      co_return fail(ErrorCode::pool_timeout,
                     "Timed out acquiring connection from connection pool.");
    }
    if (waiting_.size() >= options_.queue_max)
      co_return fail(ErrorCode::pool_timeout,
                     "Timed out acquiring connection from connection pool.",
                     "too many requests wait for the database");
    const bool pausing = opening_.empty() && connections_.empty();
    co_await wait(pausing ? std::min(last, next_attempt_) : last);
  }
}

task<void> Lane::wait(Deadline deadline) {
  const auto mine = waiting_.emplace(waiting_.end(), executor_, deadline);
  co_await mine->async_wait(boost::asio::as_tuple(use_task));
  waiting_.erase(mine);
}

void Lane::give_back(Connection& connection, Use use) {
  if (use == Use::shared) --connection.long_ones;
  if (use != Use::alone) return wake_one();
  connection.reserved = false;
  wake_all();
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
  for (const auto& connection : connections_) connection->close();
  for (const auto& connection : opening_) connection->close();
  connections_.clear();
  wake_all();
}

}  // namespace trivet::store::postgres
