// The process's event loops, one per thread, with their listeners, the blocking pool, signals and a graceful stop.
//
//   Runtime runtime({});
//   runtime.listen("127.0.0.1:0", service);
//   runtime.start();
//   runtime.wait({.on_hangup = reload});
//
// Draining closes the listeners and idle connections at once, lets the rest finish their request, cuts what is left
// after the drain timeout, and then ends wait. Services must outlive the Runtime.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/task.h"
#include "net/listen_options.h"
#include "net/pool.h"
#include "net/service.h"

namespace trivet::net {

struct RuntimeOptions {
  unsigned threads = 0;                      // event loops; 0 = one per core
  std::chrono::milliseconds tick{1000};      // how often deadlines are looked at
  std::chrono::milliseconds drain_timeout{10'000};
  PoolOptions pool{};
};

struct ConnectionTotals {
  size_t open = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;
};

enum class Signals : uint8_t { ignore, handle };

struct WaitOptions {
  Signals signals = Signals::handle;  // SIGTERM, SIGINT: drain, a second one cuts; SIGHUP: on_hangup
  std::function<void()> on_hangup{};  // runs on the thread that waits
};

class Runtime {
 public:
  explicit Runtime(RuntimeOptions options);
  ~Runtime();  // ends

  // Binds now, accepts from start on. Returns the endpoint as bound: "127.0.0.1:41234".
  [[nodiscard]] result<std::string> listen(std::string_view endpoint, Service& service,
                                           ListenOptions options = {});
  // Starts the threads. Call once, after every listen.
  void start();
  // Begins a graceful stop; returns at once. From any thread. The drain timeout counts while wait runs.
  void drain();
  // Blocks until everything has ended.
  void wait(WaitOptions options);
  // drain() and wait() without signals.
  void stop();
  // Stops if still running, and joins the pool: from then on nothing of this runtime runs. Idempotent.
  void end();

  // Runs `function` on that loop's thread soon. From any thread, between start and the end of wait.
  void post(unsigned loop_index, std::function<void()> function);

  // Before start. `on_drain` runs once, when draining begins, on the thread that waits: answers without an end can end then.
  void set_on_drain(std::function<void()> on_drain);
  // Before start. `on_drained` runs on each loop's thread once its connections have gone, so that
  // what else keeps it busy (a driver's connections) can end.
  void set_on_drained(std::function<void(unsigned loop_index)> on_drained);
  // Of the loops, by index. They live as long as the Runtime.
  [[nodiscard]] std::vector<Executor> executors();

  [[nodiscard]] unsigned threads() const;
  [[nodiscard]] Pool& pool();
  [[nodiscard]] ConnectionTotals connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trivet::net
