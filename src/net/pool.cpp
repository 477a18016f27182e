#include "net/pool.h"

#include <sys/resource.h>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace trivet::net {

namespace asio = boost::asio;

struct Pool::State {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> jobs;  // guarded by mutex
  bool stopping = false;                   // guarded by mutex
  size_t queue_max = 0;
  std::vector<std::jthread> threads;

  bool push(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex);
      if (stopping || jobs.size() >= queue_max) return false;
      jobs.push_back(std::move(job));
    }
    wake.notify_one();
    return true;
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return stopping || !jobs.empty(); });
      if (jobs.empty()) return;
      const std::function<void()> job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }
};

// On Linux a thread has a priority of its own (setpriority(2)). Refused, it works as all do.
static void give_way() {
  constexpr int lowest = 19;
  (void)::setpriority(PRIO_PROCESS, 0, lowest);
}

Pool::Pool(PoolOptions options) : state_(std::make_unique<State>()) {
  state_->queue_max = options.queue_max;
  for (unsigned i = 0; i < options.threads; ++i)
    state_->threads.emplace_back([state = state_.get(), priority = options.priority] {
      if (priority == Priority::low) give_way();
      state->work();
    });
}

Pool::~Pool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
}

bool Pool::post(std::function<void()> job) { return state_->push(std::move(job)); }

size_t Pool::queued() const {
  const std::lock_guard lock(state_->mutex);
  return state_->jobs.size();
}

std::unexpected<Error> Pool::full() {
  return fail(ErrorCode::pool_timeout, "The server is busy", "too much blocking work is queued",
              "try again later");
}

task<bool> Pool::run_job(std::function<void(std::stop_token)> job) {
  std::exception_ptr failure;
  const bool accepted = co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(bool)>(
      [this, &job, &failure](auto handler) {
        auto executor = asio::get_associated_executor(handler);
        std::stop_source gone;
        // Cleared when the handler is called.
        if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
          slot.assign([gone](asio::cancellation_type) mutable { gone.request_stop(); });
        // shared: std::function must be copyable, the handler is not.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto guard = asio::make_work_guard(executor);
        auto finish = [shared, guard, executor](bool done) {
          asio::post(executor, [shared, done] { (*shared)(done); });
        };
        const bool pushed = state_->push([&job, &failure, finish, gone = gone.get_token()] {
          try {
            job(gone);
          } catch (...) {
            failure = std::current_exception();
          }
          finish(true);
        });
        if (!pushed) finish(false);
      },
      use_task);
  if (failure) std::rethrow_exception(failure);
  co_return accepted;
}

}  // namespace trivet::net
