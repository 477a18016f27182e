// The coroutine type of the whole code base; nothing else names it.
//
// A task<T> starts when it is awaited, runs on the executor of its caller, and must be awaited by whoever made it:
// there is no detached work except through a group that is joined at shutdown (net/). Parameters go in by value, or by
// reference only if the caller awaits at once; a coroutine lambda captures nothing.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace trivet {

template <class T = void>
using task = boost::asio::awaitable<T>;

}  // namespace trivet
