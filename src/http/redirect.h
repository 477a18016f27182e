// Answers every request in plain text with the way to the same place over TLS: 308 for the same
// host and path (RFC 9110, 15.4.9), so that methods and bodies survive; but for some paths, which authorities ask for here (RFC 8555,
// 8.3). Immutable; serves all
// loops.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/handler.h"

namespace trivet::http {

class Redirect final : public Handler {
 public:
  // The text of a path that is answered here; called on all loops.
  using Exceptions = std::function<std::optional<std::string>(std::string_view path)>;

  // `port` is that of https://; 443 isn't named.
  explicit Redirect(uint16_t port, Exceptions exceptions = {})
      : port_(port), exceptions_(std::move(exceptions)) {}

  // 400 without a Host that is a host name or an address.
  task<Response> handle(const Request& request) override;

 private:
  const uint16_t port_;
  const Exceptions exceptions_;
};

}  // namespace trivet::http
