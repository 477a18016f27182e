// Prometheus' text exposition format 0.0.4. Pure functions over a string; the caller groups samples by metric.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "observe/histogram.h"

namespace trivet::observe {

struct Family {
  std::string_view name;
  std::string_view type;  // "counter", "gauge", "histogram"
  std::string_view help;
};

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

void write_family(const Family& family, std::string& out);
void write_sample(std::string_view name, Labels labels, double value, std::string& out);
// Buckets in seconds, cumulative, with _sum and _count.
void write_histogram(std::string_view name, Labels labels, const Histogram::Snapshot& snapshot,
                     std::string& out);

}  // namespace trivet::observe
