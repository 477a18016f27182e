// Connection: one libpq connection in pipeline mode, on one event loop.
//
// Many exchanges are under way at once, answered in order. A statement is prepared when it is first
// met, unless a pooler stands between. At its deadline an exchange is given up: the caller goes on
// at once, and the server is asked to stop as soon as it is at work on it. When the connection
// breaks, everything under way fails. Every member runs on the loop's thread.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/task.h"
#include "store/postgres/canceller.h"
#include "store/postgres/options.h"
#include "store/postgres/request.h"
#include "store/store.h"

struct pg_conn;

namespace trivet::store::postgres {

// Shared: handlers of the loop that wait for the socket keep it alive.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Executor executor, const PostgresOptions& options,
             std::shared_ptr<Canceller> canceller);
  ~Connection();

  task<result<void>> open(Deadline deadline);
  // Sends the commands and fills in the rest of the exchange.
  task<void> run(std::shared_ptr<Exchange> exchange, Deadline deadline);
  void close();

  [[nodiscard]] bool usable() const { return open_ && !broken_; }
  [[nodiscard]] size_t in_flight() const { return in_flight_.size(); }
  // Set while one caller has a transaction open on it.
  bool reserved = false;
  size_t long_ones = 0;  // exchanges under way that may take long

 private:
  struct Running;

  result<void> start(Deadline deadline);
  static result<void> fail_connect(const char* why);
  task<result<void>> poll_connect(Deadline deadline);
  task<bool> wait_socket(boost::asio::posix::stream_descriptor::wait_type what, Deadline deadline);
  bool send(Running& running);
  [[nodiscard]] bool may_prepare(const Exchange& exchange, const Command& command) const;
  bool send_command(Running& running, const Command& command);
  void flush();
  void read_more();
  void take_results();
  void take(Running& running, ResultPointer result);
  void end_item(Running& running);
  void finish_front();
  void cancel_front();
  void fail(Error error);

  Executor executor_;
  const PostgresOptions options_;
  std::shared_ptr<Canceller> canceller_;
  pg_conn* connection_ = nullptr;
  boost::asio::posix::stream_descriptor socket_;
  std::deque<std::shared_ptr<Running>> in_flight_;
  struct Prepared {
    std::string name;
    bool is_there = false;  // the server said so: until then only who asked for it may use it
  };
  void confirm(const Running& running, const Command& command, const std::string& name);
  void keep_error(Running& running, ResultPointer result);
  void forget(const Running& running, const Command& command, const std::string& name);
  std::unordered_map<std::string, Prepared> prepared_;  // by role and text
  uint64_t next_name_ = 0;
  bool open_ = false;
  bool broken_ = false;
  bool reading_ = false;
  bool writing_ = false;
};

}  // namespace trivet::store::postgres
