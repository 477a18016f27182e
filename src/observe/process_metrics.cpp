#include "observe/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "observe/prometheus.h"

namespace trivet::observe {
namespace {

void write_gauge(const Family& family, double value, std::string& out) {
  write_family(family, out);
  write_sample(family.name, {}, value, out);
}

// The numeric fields of /proc/self/stat behind the name, which may hold blanks; [0] is field 3 of proc(5).
std::vector<double> read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::vector<double> fields;
  const size_t name_end = line.rfind(')');
  if (name_end == line.npos) return fields;
  std::istringstream words(line.substr(name_end + 1));
  for (std::string word; words >> word;) fields.push_back(std::strtod(word.c_str(), nullptr));
  return fields;
}

double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  return 0;
}

double open_descriptors() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end;
       it.increment(error))
    ++count;
  return count;
}

}  // namespace

void write_process_metrics(std::string& out) {
  const std::vector<double> stat = read_stat();
  if (stat.size() < 22) return;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  write_gauge({"process_cpu_seconds_total", "counter", "User and system CPU time."},
              (stat[11] + stat[12]) / ticks, out);
  write_gauge({"process_start_time_seconds", "gauge", "Start time since the epoch."},
              boot_time() + stat[19] / ticks, out);
  write_gauge({"process_virtual_memory_bytes", "gauge", "Virtual memory."}, stat[20], out);
  write_gauge({"process_resident_memory_bytes", "gauge", "Resident memory."}, stat[21] * page, out);
  write_gauge({"process_open_fds", "gauge", "Open descriptors."}, open_descriptors(), out);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  write_gauge({"process_max_fds", "gauge", "Most descriptors allowed."},
              static_cast<double>(limit.rlim_cur), out);
}

}  // namespace trivet::observe
