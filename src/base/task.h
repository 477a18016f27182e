// The coroutine type of the whole code base; nothing else names it.
//
// A task<T> starts when it is awaited, runs on the executor of its caller, and must be awaited by whoever made it:
// there is no detached work except through a group that is joined at shutdown (net/). Parameters go in by value, or by
// reference only if the caller awaits at once; a coroutine lambda captures nothing.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace trivet {

// Every task runs on an io_context; saying so spares each wait the cost of a type-erased executor.
using Executor = boost::asio::io_context::executor_type;

template <class T = void>
using task = boost::asio::awaitable<T, Executor>;

// Completion token: co_await gives the value, or throws.
inline constexpr boost::asio::use_awaitable_t<Executor> use_task;

}  // namespace trivet
