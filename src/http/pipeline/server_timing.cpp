#include "http/pipeline/server_timing.h"

#include <fmt/format.h>

namespace trivet::http {

void apply_server_timing(const Request& request, Response& response) {
  std::string value;
  for (size_t i = 0; i < stage_count; ++i) {
    if (request.stage_times[i] == 0) continue;
    fmt::format_to(std::back_inserter(value), "{}{};dur={:.1f}", value.empty() ? "" : ", ",
                   observe::stage_names[i], request.stage_times[i] / 1e6);
  }
  if (!value.empty()) response.set("Server-Timing", value);
}

}  // namespace trivet::http
