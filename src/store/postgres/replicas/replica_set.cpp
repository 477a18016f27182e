#include "store/postgres/replicas/replica_set.h"

#include <algorithm>
#include <thread>

#include "store/changes/wake.h"
#include "store/postgres/layout/session.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/replicas/progress.h"

namespace trivet::store::postgres {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds look_every{200};
constexpr milliseconds pause_after_error{1000};
// A replica that wasn't heard of for so long hangs, whatever it had before.
constexpr int64_t silence_max_us = 1'000'000;

int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Of two who write at once the later counts, whoever stores it first.
void raise(std::atomic<int64_t>& mark, int64_t time) {
  int64_t before = mark;
  while (before < time && !mark.compare_exchange_weak(before, time)) continue;
}

// One question, one answer: what fails is asked of the primary.
PostgresOptions for_replica(PostgresOptions options) {
  options.attempts_max = 1;
  options.wait_max = milliseconds(500);
  return options;
}

}  // namespace

struct ReplicaSet::Replica {
  Replica(const PostgresOptions& primary_, const PostgresOptions& own_, const std::vector<Executor>& loops)
      : primary(primary_), own(own_), store(for_replica(own_), loops), thread([this] { follow(); }) {}
  ~Replica() {
    stopping = true;
    wake.set();
    thread.join();
  }

  void follow() {
    while (!stopping) {
      const bool went_well = look();
      if (!went_well) heard_at = 0;
      wake.wait(went_well ? look_every : pause_after_error);
    }
  }

  bool look() {
    constexpr const char* written = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";
    constexpr const char* replayed =
        "SELECT CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint ELSE -1 END";
    const int64_t at = now_us();
    const auto position = ask(of_primary, primary, written);
    if (!position || !is_same_cluster()) return false;
    progress.note(at, *position);
    const auto reached = ask(of_own, own, replayed);
    // A replica that was promoted is another database from then on.
    if (!reached || *reached < 0) return false;
    fresh_as_of = progress.replayed(*reached);
    heard_at = now_us();
    return true;
  }

  // Another cluster's positions, or another database, would look as good as ours.
  bool is_same_cluster() {
    if (of_own != nullptr) return true;
    constexpr const char* identity =
        "SELECT hashtextextended(system_identifier::text || ' ' || current_database(), 0) FROM pg_control_system()";
    const auto ours = ask(of_primary, primary, identity);
    const auto theirs = ask(of_own, own, identity);
    if (ours && theirs && *ours == *theirs) return true;
    of_own.reset();
    return false;
  }

  // One that hangs is not waited for: neither by the others nor by who ends the process.
  result<int64_t> ask(std::unique_ptr<Session>& session, const PostgresOptions& options, const char* text) {
    if (session == nullptr) {
      TRIVET_TRY(session, Session::open(options));
    }
    auto answer = session->query_integer_within(text, milliseconds(1000), wake);
    if (!answer) session.reset();
    return answer;
  }

  const PostgresOptions primary;
  const PostgresOptions own;
  PostgresStore store;
  std::unique_ptr<Session> of_primary;  // of the thread
  std::unique_ptr<Session> of_own;      // of the thread
  Progress progress;                    // of the thread
  std::atomic<int64_t> fresh_as_of{0};  // it has all that the primary had written by then
  std::atomic<int64_t> heard_at{0};     // 0: not to be picked
  std::atomic<bool> stopping{false};
  Wake wake;
  std::thread thread;  // last: it uses the others
};

ReplicaSet::ReplicaSet(const ReplicaOptions& options, const std::vector<Executor>& loops)
    : lag_max_us_(std::chrono::microseconds(options.lag_max).count()) {
  for (const PostgresOptions& one : options.replicas)
    replicas_.push_back(std::make_unique<Replica>(options.primary, one, loops));
}

ReplicaSet::~ReplicaSet() = default;

bool ReplicaSet::serves(const Replica& replica, int64_t since, int64_t now) const {
  const int64_t fresh_as_of = replica.fresh_as_of;
  return now - replica.heard_at <= silence_max_us && now - fresh_as_of <= lag_max_us_ && fresh_as_of > since;
}

Store* ReplicaSet::pick(uint64_t caller) {
  const int64_t since = std::max<int64_t>(all_wrote_, wrote_[caller % wrote_.size()]);
  const int64_t now = now_us();
  const uint64_t turn = turn_.fetch_add(1, std::memory_order_relaxed);
  for (size_t i = 0; i < replicas_.size(); ++i) {
    Replica& replica = *replicas_[(turn + i) % replicas_.size()];
    if (!serves(replica, since, now)) continue;
    reads_.fetch_add(1, std::memory_order_relaxed);
    return &replica.store;
  }
  return nullptr;
}

void ReplicaSet::failed(const Store& copy) {
  for (const auto& replica : replicas_)
    if (&replica->store == &copy) replica->heard_at = 0;
}

void ReplicaSet::wrote(uint64_t caller) { raise(wrote_[caller % wrote_.size()], now_us()); }

void ReplicaSet::all_wrote() { raise(all_wrote_, now_us()); }

void ReplicaSet::close_loop(size_t index) {
  for (const auto& replica : replicas_) replica->store.close_loop(index);
}

size_t ReplicaSet::in_use() const {
  const int64_t now = now_us();
  return static_cast<size_t>(
      std::ranges::count_if(replicas_, [&](const auto& replica) { return serves(*replica, 0, now); }));
}

}  // namespace trivet::store::postgres
