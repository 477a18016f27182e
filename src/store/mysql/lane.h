// Lane: the connections of one event loop, and who waits for one.
//
// A caller has a connection alone until it gives it back. Connections are opened as they are wanted,
// and again after they broke, with growing, jittered pauses. Whoever finds none waits, in order, up
// to the deadline. Every member runs on the loop's thread.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/task.h"
#include "store/mysql/connection.h"
#include "store/mysql/options.h"

namespace trivet::store::mysql {

class Lane;

// Gives the connection back when it dies, on the lane's loop.
class Lease {
 public:
  Lease(std::shared_ptr<Lane> lane, std::shared_ptr<Connection> connection);
  ~Lease();
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  Connection* operator->() const { return connection_.get(); }
  Connection& operator*() const { return *connection_; }

 private:
  std::shared_ptr<Lane> lane_;
  std::shared_ptr<Connection> connection_;
};

// Shared: leases and connection attempts keep it alive.
class Lane : public std::enable_shared_from_this<Lane> {
 public:
  Lane(Executor executor, MysqlOptions options, std::shared_ptr<Canceller> canceller);

  [[nodiscard]] Executor executor() const { return executor_; }
  [[nodiscard]] const MysqlOptions& options() const { return options_; }
  task<result<Lease>> acquire(Deadline deadline);
  void give_back(std::shared_ptr<Connection> connection);
  // Ends all connections; what waits fails.
  void close();

 private:
  void open_another();
  task<void> open_one(std::shared_ptr<Connection> connection);
  task<void> wait(Deadline deadline);
  void wake_one();
  void wake_all();

  Executor executor_;
  const MysqlOptions options_;
  std::shared_ptr<Canceller> canceller_;
  std::vector<std::shared_ptr<Connection>> idle_;
  size_t leased_ = 0;
  std::vector<std::shared_ptr<Connection>> opening_;
  std::list<boost::asio::steady_timer> waiting_;
  int failures_ = 0;  // in a row
  Deadline next_attempt_ = Deadline::min();
  std::optional<Error> last_error_;
  SystemRandom random_;
  bool opened_ = false;  // a snapshot's only connection was asked for
  bool closed_ = false;
};

}  // namespace trivet::store::mysql
