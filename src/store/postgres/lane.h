// Lane: the connections of one event loop, and who waits for one.
//
// A caller leases a connection: shared with others for one exchange, or alone for a transaction of
// several. Small reads crowd on few connections, away from what may take long: the server then takes
// and answers several at a time (a fifth less processor time than spread over four). Everything else is
// spread. Connections are opened as they are wanted, and again after they broke, with growing,
// jittered pauses. Whoever finds none waits, in order, up to the deadline. Every member runs on the
// loop's thread.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/task.h"
#include "store/postgres/connection.h"
#include "store/postgres/options.h"

namespace trivet::store::postgres {

enum class Use : uint8_t { small, shared, alone };

class Lane;

// Gives the connection back when it dies, on the lane's loop.
class Lease {
 public:
  Lease(std::shared_ptr<Lane> lane, std::shared_ptr<Connection> connection, Use use);
  ~Lease();
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  Connection* operator->() const { return connection_.get(); }

 private:
  std::shared_ptr<Lane> lane_;
  std::shared_ptr<Connection> connection_;
  Use use_;
};

// Shared: leases and connection attempts keep it alive.
class Lane : public std::enable_shared_from_this<Lane> {
 public:
  Lane(Executor executor, PostgresOptions options, std::shared_ptr<Canceller> canceller);

  [[nodiscard]] Executor executor() const { return executor_; }
  [[nodiscard]] const PostgresOptions& options() const { return options_; }
  task<result<Lease>> acquire(Use use, Deadline deadline);
  void give_back(Connection& connection, Use use);
  // Ends all connections; what waits fails.
  void close();

 private:
  std::shared_ptr<Connection> pick(Use use) const;
  void drop_broken();
  void open_another();
  task<void> open_one(std::shared_ptr<Connection> connection);
  task<void> wait(Deadline deadline);
  void wake_one();
  void wake_all();

  Executor executor_;
  const PostgresOptions options_;
  std::shared_ptr<Canceller> canceller_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::list<boost::asio::steady_timer> waiting_;
  std::vector<std::shared_ptr<Connection>> opening_;
  int failures_ = 0;  // in a row
  Deadline next_attempt_ = Deadline::min();
  std::optional<Error> last_error_;
  SystemRandom random_;
  bool closed_ = false;
};

}  // namespace trivet::store::postgres
