// Runs tasks to their end on the calling thread: for commands and tests, which have no event loop
// of their own. Blocks.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <optional>

#include "base/task.h"

namespace trivet::net {

// A loop that may end as soon as its work is done, though the thread that completed the work may
// still be inside post(): with a reactor the loop is woken under its lock; without one Asio signals
// a condition variable of the loop after letting go of the lock.
class BriefLoop {
 public:
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  void run() { context_.run(); }  // until nothing is left to do

 private:
  boost::asio::io_context context_{1};
  boost::asio::steady_timer reactor_{context_};  // never armed
};

// Its value; an exception of the task comes out here.
template <class T>
T run_task(task<T> work) {
  BriefLoop loop;
  std::optional<T> value;
  std::exception_ptr failed;
  boost::asio::co_spawn(loop.context(), std::move(work), [&](std::exception_ptr error, T result) {
    failed = error;
    value.emplace(std::move(result));
  });
  loop.run();
  if (failed) std::rethrow_exception(failed);
  return *std::move(value);
}

}  // namespace trivet::net
