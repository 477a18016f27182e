// A latency histogram with fixed buckets, added to by event loops and read by a scrape at any time.
//
// Relaxed atomics: each value is right, a scrape may see a request counted in one and not yet in another.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace trivet::observe {

// Upper bounds in nanoseconds, from 50 µs (a key lookup) to 10 s; above is +Inf.
inline constexpr std::array<uint64_t, 17> bucket_bounds_ns = {
    50'000,     100'000,    250'000,     500'000,     1'000'000,     2'500'000,
    5'000'000,  10'000'000, 25'000'000,  50'000'000,  100'000'000,   250'000'000,
    500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};

class Histogram {
 public:
  void add(uint64_t duration_ns) {
    size_t bucket = 0;
    while (bucket < bucket_bounds_ns.size() && duration_ns > bucket_bounds_ns[bucket]) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(duration_ns, std::memory_order_relaxed);
  }

  // Plain numbers, to add up several.
  struct Snapshot {
    std::array<uint64_t, bucket_bounds_ns.size() + 1> counts{};
    uint64_t sum_ns = 0;
  };

  void add_to(Snapshot& total) const {
    for (size_t i = 0; i < counts_.size(); ++i)
      total.counts[i] += counts_[i].load(std::memory_order_relaxed);
    total.sum_ns += sum_ns_.load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<uint64_t>, bucket_bounds_ns.size() + 1> counts_{};
  std::atomic<uint64_t> sum_ns_{0};
};

}  // namespace trivet::observe
