// A SocketStream that speaks TLS: the same bytes, deadlines and interruptions, encrypted. Internal
// to net.
//
// OpenSSL reads and writes the socket itself; what it would wait for is waited for here. A write
// counts bytes only once their record has left, so what comes after a blocked write must begin with
// the bytes that were not counted.
#pragma once

#include "net/socket_stream.h"
#include "net/tls/tls_context.h"

namespace trivet::net {

class TlsStream final : public SocketStream {
 public:
  TlsStream(boost::asio::io_context& context, int descriptor, std::string peer, Origin origin,
            std::shared_ptr<const TlsContext> tls);

  // Before anything else. `ok`, or the connection is of no use. Deadlines hold as for reading.
  task<IoStatus> handshake();
  // The peer began with what looks like an HTTP request in plain text.
  [[nodiscard]] bool is_plain_http() const { return plain_http_; }
  // After the handshake: it was an authority's, which got its proof. Nobody else speaks here, and no certificate was asked for.
  [[nodiscard]] bool was_proof() const;
  // Tells the peer that nothing follows, if that can be done at once.
  void finish();

  task<IoResult> read_some(std::span<char> buffer) override;
  IoResult try_write(std::string_view first, std::string_view second) override;
  void shutdown_write() override;

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  // For what the last call of OpenSSL, which returned `code`, asks for; ok = call again.
  task<IoStatus> wait_for(int code);

  const std::shared_ptr<const TlsContext> tls_;
  std::unique_ptr<SSL, Free> ssl_;
  bool plain_http_ = false;
  bool broken_ = false;  // OpenSSL allows no further call
};

}  // namespace trivet::net
