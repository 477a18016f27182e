// What a server calls for each complete request. One Handler serves all threads at once.
#pragma once

#include "base/task.h"
#include "http/message.h"

namespace trivet::http {

class Handler {
 public:
  virtual ~Handler() = default;
  // Never throws. `request` outlives the returned task.
  virtual task<Response> handle(const Request& request) = 0;
};

}  // namespace trivet::http
