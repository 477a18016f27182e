// Answers every request in plain text with the way to the same place over TLS: 308 for the same
// host and path (RFC 9110, 15.4.9), so that methods and bodies survive. Immutable; serves all
// loops.
#pragma once

#include <cstdint>

#include "http/handler.h"

namespace trivet::http {

class Redirect final : public Handler {
 public:
  // `port` is that of https://; 443 isn't named.
  explicit Redirect(uint16_t port) : port_(port) {}

  // 400 without a Host that is a host name or an address.
  task<Response> handle(const Request& request) override;

 private:
  const uint16_t port_;
};

}  // namespace trivet::http
