#include "net/runtime.h"

#include <pthread.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <thread>
#include <utility>

#include "net/endpoint.h"
#include "net/loop.h"

namespace trivet::net {

namespace asio = boost::asio;

namespace {

// After the drain timeout has cut the connections, their sessions get this long to notice.
constexpr std::chrono::milliseconds abort_grace{1000};

}  // namespace

struct Runtime::State {
  explicit State(RuntimeOptions options_) : options(options_), guard(control.get_executor()) {}

  void begin_drain() {
    if (std::exchange(draining, true)) return;
    for (auto& loop : loops) loop->post_drain();
    if (on_drain) on_drain();
    timer.expires_after(options.drain_timeout);
    timer.async_wait([this](const boost::system::error_code& error) {
      if (!error) cut();
    });
  }

  void cut() {
    for (auto& loop : loops) loop->post_abort();
    timer.expires_after(abort_grace);
    timer.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      for (auto& loop : loops) loop->stop();
    });
  }

  void await_signal(asio::signal_set& signals, const std::function<void()>& on_hangup) {
    signals.async_wait([&, this](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number == SIGHUP) {
        if (on_hangup) on_hangup();
      } else if (draining) {
        cut();
      } else {
        begin_drain();
      }
      await_signal(signals, on_hangup);
    });
  }

  const RuntimeOptions options;
  ConnectionCounts counts;
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::string> unix_paths;
  asio::io_context control;  // signals and the drain deadline; run by wait
  asio::executor_work_guard<asio::io_context::executor_type> guard;
  asio::steady_timer timer{control};
  std::atomic<unsigned> running{0};
  bool draining = false;  // touched by control's thread only
  std::function<void()> on_drain;
  bool started = false;
  std::vector<std::jthread> threads;
  std::unique_ptr<Pool> pool;
};

Runtime::Runtime(RuntimeOptions options) : state_(std::make_unique<State>(options)) {
  unsigned count = options.threads;
  if (count == 0) count = std::max(1u, std::thread::hardware_concurrency());
  state_->pool = std::make_unique<Pool>(options.pool);
  for (unsigned i = 0; i < count; ++i)
    state_->loops.push_back(std::make_unique<Loop>(
        i, options.tick, Loop::Shared{state_->counts, *state_->pool}));
}

Runtime::~Runtime() { end(); }

void Runtime::end() {
  if (!state_->threads.empty()) stop();
  state_->pool.reset();
}

result<std::string> Runtime::listen(std::string_view endpoint, Service& service,
                                    ListenOptions options) {
  TRIVET_ASSERT(!state_->started);
  TRIVET_TRY(Endpoint parsed, parse_endpoint(endpoint));
  TRIVET_TRY(const std::vector<int> descriptors, bind_endpoint(parsed, threads()));
  if (parsed.is_unix()) options.tls = nullptr;
  for (unsigned i = 0; i < threads(); ++i)
    state_->loops[i]->add_listener(descriptors[i], service, options);
  if (parsed.is_unix()) state_->unix_paths.push_back(parsed.path);
  return parsed.text();
}

void Runtime::start() {
  TRIVET_ASSERT(!state_->started);
  state_->started = true;
  // A log that nobody reads any more must not end the server.
  std::signal(SIGPIPE, SIG_IGN);
  state_->running = threads();
  for (auto& loop : state_->loops) {
    state_->threads.emplace_back([state = state_.get(), loop = loop.get()] {
      loop->run();
      if (state->running.fetch_sub(1) == 1) state->control.stop();
    });
  }
}

// The loops begin at once; the deadline runs on the thread that waits.
void Runtime::drain() {
  for (auto& loop : state_->loops) loop->post_drain();
  asio::post(state_->control, [state = state_.get()] { state->begin_drain(); });
}

void Runtime::wait(WaitOptions options) {
  TRIVET_ASSERT(state_->started);
  asio::signal_set signals(state_->control);
  if (options.signals == Signals::handle) {
    sigset_t held;
    sigemptyset(&held);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
      signals.add(number);
      sigaddset(&held, number);
    }
    // Whoever held them back until somebody listens gets them now.
    pthread_sigmask(SIG_UNBLOCK, &held, nullptr);
    state_->await_signal(signals, options.on_hangup);
  }
  state_->control.run();
  state_->threads.clear();
  for (const std::string& path : state_->unix_paths) ::unlink(path.c_str());
  state_->unix_paths.clear();
}

void Runtime::stop() {
  drain();
  wait({.signals = Signals::ignore});
}

void Runtime::post(unsigned loop_index, std::function<void()> function) {
  asio::post(state_->loops.at(loop_index)->context(), std::move(function));
}

void Runtime::set_on_drain(std::function<void()> on_drain) {
  TRIVET_ASSERT(!state_->started);
  state_->on_drain = std::move(on_drain);
}

void Runtime::set_on_drained(std::function<void(unsigned loop_index)> on_drained) {
  TRIVET_ASSERT(!state_->started);
  for (unsigned i = 0; i < threads(); ++i)
    state_->loops[i]->set_on_drained([on_drained, i] { on_drained(i); });
}

std::vector<Executor> Runtime::executors() {
  std::vector<Executor> all;
  for (auto& loop : state_->loops) all.push_back(loop->context().get_executor());
  return all;
}

unsigned Runtime::threads() const { return static_cast<unsigned>(state_->loops.size()); }

Pool& Runtime::pool() { return *state_->pool; }

ConnectionTotals Runtime::connections() const {
  const ConnectionCounts& counts = state_->counts;
  return {counts.open.load(std::memory_order_relaxed),
          counts.accepted.load(std::memory_order_relaxed),
          counts.refused.load(std::memory_order_relaxed)};
}

}  // namespace trivet::net
