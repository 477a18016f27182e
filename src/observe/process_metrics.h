// What Prometheus expects to know of every process: CPU, memory, descriptors, start time. Read from /proc at each call.
#pragma once

#include <string>

namespace trivet::observe {

// Appends the process_* metrics; leaves out what the system does not tell.
void write_process_metrics(std::string& out);

}  // namespace trivet::observe
