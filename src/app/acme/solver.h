// What the authority is shown, so that it sees that the hosts are ours.
#pragma once

#include <string>

#include "base/error.h"

namespace trivet::app::acme {

enum class Challenge : uint8_t {
  http_01,      // RFC 8555, 8.3: a text at port 80
  tls_alpn_01,  // RFC 8737: a certificate at port 443
};

struct Proof {
  std::string host;
  std::string token;
  std::string key_authorization;
};

// Used by one thread; what it shows, listeners read on theirs.
class Solver {
 public:
  virtual ~Solver() = default;
  [[nodiscard]] virtual Challenge kind() const = 0;
  [[nodiscard]] virtual result<void> show(const Proof& proof) = 0;
  virtual void hide(const Proof& proof) = 0;
};

}  // namespace trivet::app::acme
