// Threads for work that blocks (a heavy query, a big compression), so that an event loop never does.
//
// A coroutine hops there and back:   auto rows = co_await pool.run([&] { return heavy(); });
// The function runs on a pool thread while the coroutine waits, so it may use the coroutine's locals by reference; the
// coroutine goes on on its own executor. The queue is bounded: a full one is an error at once (pool_timeout).
//
// A function that takes a std::stop_token is told by it when nobody waits for its value any more: when the coroutine is
// cancelled (Asio's cancellation slots), which for a connection means that the peer has gone. It may end early then.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>

#include "base/error.h"
#include "base/task.h"

namespace trivet::net {

enum class Priority : uint8_t {
  normal,
  low,  // the machine's other threads come first
};

struct PoolOptions {
  unsigned threads = 4;
  size_t queue_max = 4096;
  Priority priority = Priority::normal;
};

class Pool {
 public:
  explicit Pool(PoolOptions options);
  ~Pool();  // runs what is queued, then joins

  // Value of `function`, or pool_timeout if the queue is full. An exception of `function` comes out of the task.
  template <class Function>
  auto run(Function function) {
    if constexpr (std::is_invocable_v<Function&, std::stop_token>) {
      return run_stoppable(std::move(function));
    } else {
      return run_stoppable(
          [function = std::move(function)](std::stop_token) mutable { return function(); });
    }
  }

  // Queues `job`, for which nobody waits; false if the queue is full. What it uses must outlive the pool; it
  // doesn't throw.
  [[nodiscard]] bool post(std::function<void()> job);

  // Jobs waiting now, for metrics.
  [[nodiscard]] size_t queued() const;

 private:
  struct State;

  template <class Function>
  task<result<std::invoke_result_t<Function&, std::stop_token>>> run_stoppable(Function function) {
    using Value = std::invoke_result_t<Function&, std::stop_token>;
    if constexpr (std::is_void_v<Value>) {
      const bool accepted = co_await run_job([&function](std::stop_token gone) { function(gone); });
      if (!accepted) co_return full();
      co_return result<void>();
    } else {
      std::optional<Value> value;
      const bool accepted = co_await run_job(
          [&function, &value](std::stop_token gone) { value.emplace(function(gone)); });
      if (!accepted) co_return full();
      co_return std::move(*value);
    }
  }
  task<bool> run_job(std::function<void(std::stop_token)> job);
  static std::unexpected<Error> full();

  std::unique_ptr<State> state_;
};

}  // namespace trivet::net
