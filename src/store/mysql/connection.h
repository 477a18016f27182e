// Connection: one connection to MariaDB by libmariadb's non-blocking calls, on one event loop.
//
// One caller uses it at a time. Statements with values are prepared when they are first met; the
// least recently used ones make room. At its deadline a call gives up the whole connection: the
// server is told to end the session, which undoes what is open. Warnings of a read that mean a wrong
// answer (a cast that can't be done, a cut text) are errors. Every member runs on the loop's thread.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "base/task.h"
#include "store/mysql/canceller.h"
#include "store/mysql/command.h"
#include "store/mysql/handle.h"
#include "store/mysql/options.h"
#include "store/store.h"
#include "value/arena.h"

namespace trivet::store::mysql {

// Shared: handlers of the loop that wait for the socket keep it alive.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Executor executor, const MysqlOptions& options, std::shared_ptr<Canceller> canceller);
  ~Connection();

  task<result<void>> open(Deadline deadline);
  // One statement. `columns`: the types of what it answers, which the arena owns; without them its
  // rows are not read. The command outlives the task.
  task<result<Answer>> run(const Command& command, std::span<const Type> columns, Arena& arena,
                           Deadline deadline);
  void close();

  [[nodiscard]] bool usable() const { return open_ && !broken_; }
  // Between two calls: whether the server has a transaction open.
  [[nodiscard]] bool in_transaction() const;
  // Between two calls: false too if the server has ended the session meanwhile.
  [[nodiscard]] bool is_alive() const;
  // MariaDB's number behind the last error of run, 0 if it wasn't the server's; and its words.
  [[nodiscard]] unsigned last_number() const { return last_number_; }
  [[nodiscard]] const std::string& last_text() const { return last_text_; }

 private:
  struct CloseStatement {
    void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
  };
  using Statement = std::unique_ptr<MYSQL_STMT, CloseStatement>;
  struct Prepared {
    std::string text;
    Statement statement;
  };

  using Step = std::function<int()>;
  using NextStep = std::function<int(int)>;
  // Runs one of libmariadb's calls to its end, waiting for the socket in between.
  task<void> drive(Step start, NextStep next);
  void watch(Deadline deadline);
  void unwatch();
  void give_up();

  task<result<void>> set_session();
  task<result<Answer>> run_plain(const std::string& text);
  task<result<Answer>> run_prepared(const Command& command, std::span<const Type> columns,
                                    Arena& arena);
  task<result<MYSQL_STMT*>> prepare(const std::string& text);
  void forget(MYSQL_STMT* statement);
  task<result<void>> check_warnings();
  std::unexpected<Error> failure(unsigned number, const char* text);

  Executor executor_;
  const MysqlOptions options_;
  std::shared_ptr<Canceller> canceller_;
  Handle handle_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer timer_;
  std::list<Prepared> statements_;  // the last used first
  std::unordered_map<std::string_view, std::list<Prepared>::iterator> prepared_;
  unsigned last_number_ = 0;
  std::string last_text_;
  uint64_t watches_ = 0;  // so that a late timer does nothing
  bool open_ = false;
  bool broken_ = false;
  bool expired_ = false;
};

}  // namespace trivet::store::mysql
