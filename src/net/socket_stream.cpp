#include "net/socket_stream.h"

#include <poll.h>
#include <sys/uio.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

namespace trivet::net {

namespace asio = boost::asio;

namespace {

constexpr auto completion = asio::as_tuple(asio::deferred);

}  // namespace

void drop_prefix(std::string_view& first, std::string_view& second, size_t bytes) {
  const size_t of_first = std::min(bytes, first.size());
  first.remove_prefix(of_first);
  second.remove_prefix(bytes - of_first);
}

SocketStream::SocketStream(asio::io_context& context, int descriptor, std::string peer,
                           Origin origin)
    : socket_(context, asio::generic::stream_protocol(origin.family, 0), descriptor) {
  peer_address_ = std::move(peer);
  loop_index_ = origin.loop_index;
  draining_ = origin.draining;
  pool_ = origin.pool;
}

IoStatus SocketStream::status_of(const boost::system::error_code& error) {
  if (!error) return IoStatus::ok;
  // Once, so that a session can still send its 408.
  if (cause_ != IoStatus::ok) return take_cause();
  return error == asio::error::eof ? IoStatus::end : IoStatus::failed;
}

task<IoResult> SocketStream::read_some(std::span<char> buffer) {
  if (cause_ != IoStatus::ok) co_return IoResult{0, take_cause()};
  auto [error, bytes] =
      co_await socket_.async_read_some(asio::buffer(buffer.data(), buffer.size()), completion);
  co_return IoResult{bytes, status_of(error)};
}

task<IoStatus> SocketStream::wait_until(Direction direction) {
  const auto what = direction == Direction::readable ? asio::socket_base::wait_read
                                                     : asio::socket_base::wait_write;
  auto [error] = co_await socket_.async_wait(what, completion);
  co_return status_of(error);
}

IoResult SocketStream::try_write(std::string_view first, std::string_view second) {
  if (cause_ != IoStatus::ok) return {0, take_cause()};
  iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                    {const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = second.empty() ? 1 : 2;
  ssize_t sent = 0;
  do {
    sent = second.empty() ? ::send(socket_.native_handle(), first.data(), first.size(),
                                   MSG_NOSIGNAL | MSG_DONTWAIT)
                          : ::sendmsg(socket_.native_handle(), &message,
                                      MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) {
    const auto bytes = static_cast<size_t>(sent);
    return {bytes, bytes == first.size() + second.size() ? IoStatus::ok : IoStatus::blocked};
  }
  return {0, errno == EAGAIN || errno == EWOULDBLOCK ? IoStatus::blocked : IoStatus::failed};
}

task<IoStatus> SocketStream::write_all(std::string_view first, std::string_view second) {
  for (;;) {
    const IoResult written = try_write(first, second);
    if (written.status != IoStatus::blocked) co_return written.status;
    drop_prefix(first, second, written.bytes);
    const IoStatus status = co_await wait_until(Direction::writable);
    if (status != IoStatus::ok) co_return status;
  }
}

void SocketStream::shutdown_write() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

task<void> SocketStream::yield() { co_await asio::post(socket_.get_executor(), asio::deferred); }

void SocketStream::post(std::function<void()> function) {
  asio::post(socket_.get_executor(), std::move(function));
}

void SocketStream::interrupt(IoStatus cause) {
  cause_ = cause;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void SocketStream::check_deadline(Clock::time_point now) {
  if (deadline_ <= now) {
    deadline_ = Clock::time_point::max();
    interrupt(IoStatus::expired);
  }
}

// A peer that has closed only its sending side looks the same; to a server they are one thing.
void SocketStream::check_peer() {
  if (activity_ != Activity::answering) return;
  pollfd peer{socket_.native_handle(), POLLRDHUP, 0};
  if (::poll(&peer, 1, 0) <= 0) return;
  activity_ = Activity::busy;
  gone_->emit(asio::cancellation_type::terminal);
}

void SocketStream::drain() {
  if (activity_ == Activity::idle) interrupt(IoStatus::drained);
}

void SocketStream::abort() {
  interrupt(IoStatus::drained);
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_both, ignored);
}

}  // namespace trivet::net
