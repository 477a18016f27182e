// Where to listen: "ADDR:PORT", "[IPV6]:PORT", ":PORT" (all addresses), "NAME:PORT", or "unix:PATH".
//
// Binding happens here, so that an address in use is an error at start and not a line in a log. Port 0 takes a free
// one; every further socket of the endpoint shares it. Plain values and descriptors; no threads.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trivet::net {

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = 0;
  std::string path;  // of a unix socket, else empty

  [[nodiscard]] bool is_unix() const { return !path.empty(); }
  [[nodiscard]] uint16_t port() const;     // 0 for a unix socket
  [[nodiscard]] std::string text() const;  // in the form that parse_endpoint takes
};

[[nodiscard]] result<Endpoint> parse_endpoint(std::string_view text);

// Listening descriptors (non-blocking, close-on-exec), one per loop; the caller owns them. TCP sockets share the
// port by SO_REUSEPORT, unix sockets are duplicates of one. Writes the port bound into `endpoint`. An address that
// another process listens on is refused even if that one allows sharing; a stale unix socket file is replaced.
[[nodiscard]] result<std::vector<int>> bind_endpoint(Endpoint& endpoint, unsigned count);

// Numeric address of a peer, without the port; "unix" for a unix socket.
[[nodiscard]] std::string peer_text(const sockaddr_storage& address);

}  // namespace trivet::net
