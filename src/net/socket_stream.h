// A Stream over a TCP or unix socket. Internal to net.
//
// Reads go through Asio's speculative path, which costs a recv and no epoll_ctl. Writes are tried
// at once.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <memory>
#include <utility>

#include "net/stream.h"

namespace trivet::net {

// Of what is to be written, after `bytes` were.
void drop_prefix(std::string_view& first, std::string_view& second, size_t bytes);

class SocketStream : public Stream, public boost::intrusive::list_base_hook<> {
 public:
  struct Origin {
    int family = 0;
    unsigned loop_index = 0;
    const bool* draining = nullptr;
    Pool* pool = nullptr;
  };

  // Takes the descriptor over.
  SocketStream(boost::asio::io_context& context, int descriptor, std::string peer, Origin origin);

  task<IoResult> read_some(std::span<char> buffer) override;
  IoResult try_write(std::string_view first, std::string_view second) override;
  task<IoStatus> write_all(std::string_view first, std::string_view second) override;
  void shutdown_write() override;
  task<void> yield() override;
  void post(std::function<void()> function) override;

  // Called by the loop. Ends what is pending, if the deadline passed / if idle / in any case.
  void check_deadline(Clock::time_point now);
  // Called by the loop: cancels what serves the stream if it makes an answer that nobody waits for.
  void check_peer();
  // Emits that cancellation. shared: with the coroutine, which may outlive the stream by a bit.
  [[nodiscard]] const std::shared_ptr<boost::asio::cancellation_signal>& gone() { return gone_; }
  void drain();
  void abort();

 protected:
  enum class Direction : uint8_t { readable, writable };
  // ok, or why there is nothing to wait for any more.
  task<IoStatus> wait_until(Direction direction);
  // Why the loop interrupted what was pending, once; ok = it didn't.
  [[nodiscard]] IoStatus take_cause() { return std::exchange(cause_, IoStatus::ok); }

 private:
  void interrupt(IoStatus cause);
  [[nodiscard]] IoStatus status_of(const boost::system::error_code& error);

  boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor> socket_;
  std::shared_ptr<boost::asio::cancellation_signal> gone_ =
      std::make_shared<boost::asio::cancellation_signal>();
  IoStatus cause_ = IoStatus::ok;  // why the loop interrupted; reported once
};

}  // namespace trivet::net
