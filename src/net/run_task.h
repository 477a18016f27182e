// Runs one task to its end on the calling thread: for commands, which have no event loop of their
// own. Blocks.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "base/task.h"

namespace trivet::net {

// Its value; an exception of the task comes out here.
template <class T>
T run_task(task<T> work) {
  boost::asio::io_context context(1);
  std::optional<T> value;
  std::exception_ptr failed;
  boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T result) {
    failed = error;
    value.emplace(std::move(result));
  });
  context.run();
  if (failed) std::rethrow_exception(failed);
  return *std::move(value);
}

}  // namespace trivet::net
