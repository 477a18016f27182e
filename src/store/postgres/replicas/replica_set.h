// ReplicaSet: the hot standbys of a primary, watched, for reads that may be a little old.
//
// A thread for each replica, so that one that hangs keeps nobody from knowing about the others.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "base/task.h"
#include "store/postgres/options.h"
#include "store/replica_reads.h"

namespace trivet::store::postgres {

struct ReplicaOptions {
  PostgresOptions primary;
  std::vector<PostgresOptions> replicas;
  std::chrono::milliseconds lag_max{5000};
};

class ReplicaSet final : public ReplicaReads {
 public:
  // `loops` as PostgresStore takes them.
  ReplicaSet(const ReplicaOptions& options, const std::vector<Executor>& loops);
  ~ReplicaSet() override;  // ends the threads

  [[nodiscard]] Store* pick(uint64_t caller) override;
  void failed(const Store& copy) override;
  void wrote(uint64_t caller) override;
  void all_wrote() override;

  // As PostgresStore::close_loop.
  void close_loop(size_t index);
  // Those that serve now, and reads that were given to one; for metrics.
  [[nodiscard]] size_t in_use() const;
  [[nodiscard]] size_t size() const { return replicas_.size(); }
  [[nodiscard]] uint64_t reads() const { return reads_.load(std::memory_order_relaxed); }

 private:
  struct Replica;
  [[nodiscard]] bool serves(const Replica& replica, int64_t since, int64_t now) const;

  const int64_t lag_max_us_;
  // When a caller was last told of a write, by the caller's number: µs of the steady clock.
  std::array<std::atomic<int64_t>, 4096> wrote_{};
  std::atomic<int64_t> all_wrote_{0};
  std::atomic<uint64_t> turn_{0};
  std::atomic<uint64_t> reads_{0};
  std::vector<std::unique_ptr<Replica>> replicas_;
};

}  // namespace trivet::store::postgres
