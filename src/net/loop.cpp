#include "net/loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <vector>

#include "net/endpoint.h"

namespace trivet::net {

namespace asio = boost::asio;

namespace {

constexpr auto completion = asio::as_tuple(asio::deferred);
// How long accepting rests when the process is out of descriptors or memory.
constexpr std::chrono::milliseconds accept_pause{100};

}  // namespace

// The loop's sockets and timers are touched by its thread alone; posting from other threads stays
// locked.
Loop::Loop(unsigned index, std::chrono::milliseconds tick, Shared shared)
    : index_(index),
      tick_(tick),
      counts_(shared.counts),
      pool_(shared.pool),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      work_(context_.get_executor()),
      timer_(context_) {}

Loop::~Loop() = default;

void Loop::add_listener(int descriptor, Service& service, ListenOptions options) {
  listeners_.emplace_back(asio::posix::stream_descriptor(context_, descriptor), service, options);
}

void Loop::run() {
  for (Listener& listener : listeners_)
    asio::co_spawn(context_, accept_loop(listener), asio::detached);
  asio::co_spawn(context_, tick_loop(), asio::detached);
  context_.run();
}

task<void> Loop::accept_loop(Listener& listener) {
  while (!draining_) {
    auto [error] = co_await listener.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                                           completion);
    if (error || draining_) break;
    while (accept_one(listener)) {
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) continue;
    asio::steady_timer pause(context_, accept_pause);
    auto [ignored] = co_await pause.async_wait(completion);
    (void)ignored;
  }
}

// False when nothing is left to accept, with errno saying why.
bool Loop::accept_one(Listener& listener) {
  sockaddr_storage peer{};
  socklen_t length = sizeof(peer);
  const int descriptor =
      accept4(listener.descriptor.native_handle(), reinterpret_cast<sockaddr*>(&peer), &length,
              SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return errno == ECONNABORTED || errno == EINTR;
  if (counts_.open.load(std::memory_order_relaxed) >= listener.options.connections_max)
    refuse(descriptor, listener.service);
  else
    start(descriptor, peer, listener);
  return true;
}

void Loop::refuse(int descriptor, Service& service) {
  counts_.refused.fetch_add(1, std::memory_order_relaxed);
  const std::string_view text = service.refusal();
  if (!text.empty()) (void)::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
  ::close(descriptor);
}

std::unique_ptr<SocketStream> Loop::make_stream(int descriptor, const sockaddr_storage& peer,
                                                const Listener& listener) {
  const SocketStream::Origin origin{peer.ss_family, index_, &draining_, &pool_};
  if (listener.options.tls == nullptr)
    return std::make_unique<SocketStream>(context_, descriptor, peer_text(peer), origin);
  return std::make_unique<TlsStream>(context_, descriptor, peer_text(peer), origin,
                                     listener.options.tls->current());
}

void Loop::start(int descriptor, const sockaddr_storage& peer, const Listener& listener) {
  if (peer.ss_family != AF_UNIX) {
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  std::unique_ptr<SocketStream> stream;
  try {
    stream = make_stream(descriptor, peer, listener);
  } catch (...) {
    // Out of memory for one connection refuses that one; the loop goes on accepting.
    ::close(descriptor);
    return;
  }
  streams_.push_back(*stream);
  counts_.open.fetch_add(1, std::memory_order_relaxed);
  counts_.accepted.fetch_add(1, std::memory_order_relaxed);
  auto gone = stream->gone();
  auto ended = asio::bind_cancellation_slot(gone->slot(), [gone](std::exception_ptr) {});
  asio::co_spawn(context_, serve(std::move(stream), listener), std::move(ended));
}

task<void> Loop::serve(std::unique_ptr<SocketStream> stream, const Listener& listener) {
  // Being cancelled is for what takes notice: what is begun ends in order, with its answer and its
  // line in the log.
  co_await asio::this_coro::throw_if_cancelled(false);
  // Out of memory for one connection ends that connection, not the process.
  try {
    if (listener.options.tls == nullptr)
      co_await listener.service.serve(*stream);
    else
      co_await serve_tls(static_cast<TlsStream&>(*stream), listener);
  } catch (...) {
    stream->abort();
  }
  streams_.erase(streams_.iterator_to(*stream));
  stream.reset();
  counts_.open.fetch_sub(1, std::memory_order_relaxed);
  finish_if_empty();
}

task<void> Loop::serve_tls(TlsStream& stream, const Listener& listener) {
  stream.expire_at(Stream::Clock::now() + listener.options.handshake_timeout);
  const IoStatus status = co_await stream.handshake();
  stream.expire_never();
  if (status == IoStatus::ok) {
    if (!stream.was_proof()) co_await listener.service.serve(stream);
    stream.finish();
  } else if (stream.is_plain_http()) {
    (void)stream.SocketStream::try_write(listener.service.plain_refusal(), {});
  }
}

task<void> Loop::tick_loop() {
  while (!(draining_ && streams_.empty())) {
    timer_.expires_after(tick_);
    auto [ignored] = co_await timer_.async_wait(completion);
    (void)ignored;
    const auto now = Stream::Clock::now();
    for (SocketStream& stream : streams_) {
      stream.check_deadline(now);
      stream.check_peer();
    }
  }
  if (on_drained_) on_drained_();
}

void Loop::finish_if_empty() {
  if (draining_ && streams_.empty()) timer_.cancel();
}

void Loop::drain() {
  if (draining_) return;
  draining_ = true;
  for (Listener& listener : listeners_) {
    boost::system::error_code ignored;
    listener.descriptor.close(ignored);
  }
  for (SocketStream& stream : streams_) stream.drain();
  finish_if_empty();
  work_.reset();
}

void Loop::post_drain() {
  asio::post(context_, [this] { drain(); });
}

void Loop::post_abort() {
  asio::post(context_, [this] {
    drain();
    for (SocketStream& stream : streams_) stream.abort();
  });
}

}  // namespace trivet::net
