// What a listener calls for each connection that it accepts. One Service serves all loops at once.
#pragma once

#include <string_view>

#include "base/task.h"
#include "net/stream.h"

namespace trivet::net {

class Service {
 public:
  virtual ~Service() = default;
  // Runs on the loop of the connection; the connection closes when the task ends. Never throws.
  // `stream` outlives the task.
  virtual task<void> serve(Stream& stream) = 0;
  // Bytes sent to a connection that is closed because there are too many. Static storage.
  [[nodiscard]] virtual std::string_view refusal() const { return {}; }
  // Bytes sent in the clear to who speaks plain text where TLS is spoken. Static storage.
  [[nodiscard]] virtual std::string_view plain_refusal() const { return {}; }
};

}  // namespace trivet::net
