// How one endpoint is listened on.
#pragma once

#include <chrono>
#include <cstddef>

namespace trivet::net {

class TlsKeeper;

struct ListenOptions {
  size_t connections_max = 10'000;  // of this endpoint's runtime
  TlsKeeper* tls = nullptr;         // null = plain; unix sockets always are. Outlives the runtime
  std::chrono::milliseconds handshake_timeout{10'000};
};

}  // namespace trivet::net
