#include "observe/prometheus.h"

#include <fmt/format.h>

#include <vector>

namespace trivet::observe {
namespace {

using LabelList = std::vector<std::pair<std::string_view, std::string_view>>;

void append_label_value(std::string_view value, std::string& out) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n')
      out.append("\\n");
    else
      out.push_back(c);
  }
}

void append_sample(std::string_view name, const LabelList& labels, double value, std::string& out) {
  out.append(name);
  char separator = '{';
  for (const auto& [label, text] : labels) {
    out.push_back(separator);
    out.append(label).append("=\"");
    append_label_value(text, out);
    out.push_back('"');
    separator = ',';
  }
  if (!labels.empty()) out.push_back('}');
  fmt::format_to(std::back_inserter(out), " {}\n", value);
}

}  // namespace

void write_family(const Family& family, std::string& out) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n", family.name,
                 family.help, family.type);
}

void write_sample(std::string_view name, Labels labels, double value, std::string& out) {
  append_sample(name, LabelList(labels), value, out);
}

void write_histogram(std::string_view name, Labels labels, const Histogram::Snapshot& snapshot,
                     std::string& out) {
  LabelList with_bound(labels);
  with_bound.emplace_back("le", "");
  const std::string bucket = fmt::format("{}_bucket", name);
  uint64_t cumulative = 0;
  for (size_t i = 0; i < snapshot.counts.size(); ++i) {
    cumulative += snapshot.counts[i];
    const bool bounded = i < bucket_bounds_ns.size();
    const std::string bound =
        bounded ? fmt::format("{}", static_cast<double>(bucket_bounds_ns[i]) / 1e9) : "+Inf";
    with_bound.back().second = bound;
    append_sample(bucket, with_bound, static_cast<double>(cumulative), out);
  }
  append_sample(fmt::format("{}_sum", name), LabelList(labels),
                static_cast<double>(snapshot.sum_ns) / 1e9, out);
  append_sample(fmt::format("{}_count", name), LabelList(labels), static_cast<double>(cumulative),
                out);
}

}  // namespace trivet::observe
