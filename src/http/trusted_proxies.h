// Which peers may say for whom they speak.
//
// A proxy in front hides the client's address and tells it in X-Forwarded-For, each proxy appending
// the peer that it saw. Anybody can send that header, so it is read from its end, and only as far
// as those who wrote it are trusted. Immutable; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/message.h"

namespace trivet::http {

class TrustedProxies {
 public:
  TrustedProxies() = default;  // none
  // Addresses, networks ("10.0.0.0/8", "fd00::/8"), and "unix" for who comes by a unix socket.
  [[nodiscard]] static result<TrustedProxies> parse(const std::vector<std::string>& texts);

  // Who asks, as the peer and the request's headers tell: the last address of X-Forwarded-For that
  // is no trusted proxy's. Empty: the peer itself, or nothing that could be believed.
  [[nodiscard]] std::string client_of(const Request& request) const;

 private:
  struct Network {
    std::array<uint8_t, 16> address{};  // IPv4 as ::ffff:a.b.c.d
    unsigned bits = 128;
  };

  [[nodiscard]] static std::optional<Network> parse_network(std::string_view text);
  [[nodiscard]] bool trusts(const std::array<uint8_t, 16>& address) const;
  [[nodiscard]] bool trusts_peer(std::string_view peer) const;

  std::vector<Network> networks_;
  bool unix_ = false;
};

}  // namespace trivet::http
