// The Server-Timing header: the six stages in milliseconds with one decimal. Pure functions.
#pragma once

#include "http/message.h"

namespace trivet::http {

// Adds the stages that were entered; nothing if none was.
void apply_server_timing(const Request& request, Response& response);

}  // namespace trivet::http
