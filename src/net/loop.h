// One thread's event loop: its context, its listeners, its connections, its tick. Internal to net.
//
// Every member but the constructor, post_* and run runs on the loop's own thread.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>

#include "net/listen_options.h"
#include "net/service.h"
#include "net/socket_stream.h"
#include "net/tls/tls_stream.h"

namespace trivet::net {

// Connections of all loops, for the limit and for metrics.
struct ConnectionCounts {
  std::atomic<size_t> open{0};
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> refused{0};
};

class Loop {
 public:
  struct Shared {  // by all loops; outlives them
    ConnectionCounts& counts;
    Pool& pool;
  };
  Loop(unsigned index, std::chrono::milliseconds tick, Shared shared);
  ~Loop();

  // Before run. Takes the descriptor over.
  void add_listener(int descriptor, Service& service, ListenOptions options);
  // Until drained or stopped.
  void run();
  // Before run: called on the loop's thread once it is drained. What still keeps it busy shall end.
  void set_on_drained(std::function<void()> on_drained) { on_drained_ = std::move(on_drained); }

  // From any thread.
  void post_drain();
  void post_abort();
  void stop() { context_.stop(); }
  [[nodiscard]] boost::asio::io_context& context() { return context_; }

 private:
  struct Listener {
    boost::asio::posix::stream_descriptor descriptor;
    Service& service;
    ListenOptions options;
  };

  task<void> accept_loop(Listener& listener);
  task<void> tick_loop();
  bool accept_one(Listener& listener);
  void refuse(int descriptor, Service& service);
  void start(int descriptor, const sockaddr_storage& peer, const Listener& listener);
  std::unique_ptr<SocketStream> make_stream(int descriptor, const sockaddr_storage& peer,
                                            const Listener& listener);
  task<void> serve(std::unique_ptr<SocketStream> stream, const Listener& listener);
  task<void> serve_tls(TlsStream& stream, const Listener& listener);
  void drain();
  void finish_if_empty();

  const unsigned index_;
  const std::chrono::milliseconds tick_;
  ConnectionCounts& counts_;
  Pool& pool_;
  bool draining_ = false;
  std::function<void()> on_drained_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  std::list<Listener> listeners_;
  boost::intrusive::list<SocketStream, boost::intrusive::constant_time_size<false>> streams_;
};

}  // namespace trivet::net
