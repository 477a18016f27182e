// What one Engine holds: the current policy, and per thread the plans, callers and id maker that
// need no lock.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "base/ids.h"
#include "engine/engine.h"
#include "engine/execute/environment.h"
#include "engine/execute/thread_slot.h"
#include "engine/plan/cache.h"
#include "engine/plan/plan.h"
#include "engine/policy/caller.h"

namespace trivet::engine {

// Of a thread, some 1 KB each: half of them may take turns and stay known.
inline constexpr size_t callers_max = 8192;

// Touched by its thread alone.
struct ThreadState {
  ThreadState(Environment& environment, const Limits& limits)
      : clock(environment),
        random(environment),
        ids(clock, random),
        plans(limits.plans_max),
        callers(callers_max) {}

  EnvironmentClock clock;
  EnvironmentRandom random;
  IdMaker ids;
  uint64_t generation = 0;  // of the policy that the rest is made from
  std::shared_ptr<const Policy> policy;
  SharedCache<Plan> plans;      // class of callers, shape
  SharedCache<Caller> callers;  // role, claims
  RegexCache regexes;           // that were found to be good
};

struct Engine::State {
  State(store::Store& store_, Environment& environment_, Limits limits_)
      : store(store_), environment(environment_), limits(limits_) {}

  // The calling thread's, with the policy that it last took; null for threads beyond
  // thread_slots_max, which have the current one each time.
  ThreadState* thread_state();
  // The same, brought up to the current policy.
  ThreadState* renewed_thread_state();
  std::shared_ptr<const Policy> current_policy();
  // Who asks, under `policy`.
  std::shared_ptr<const Caller> find_caller(ThreadState* thread,
                                            const std::shared_ptr<const Policy>& policy,
                                            const Identity& identity);

  // Who runs `plan`, which was made for callers of that kind, with the session that a deciding database needs.
  result<std::shared_ptr<const Caller>> caller_of(const Plan& plan, const Context& context);

  [[nodiscard]] Authority authority() const {
    return sessions == nullptr ? Authority::rules : Authority::database;
  }

  store::Store& store;
  store::SessionStore* sessions = nullptr;  // of a database that decides; set before the first request
  store::ReplicaReads* replicas = nullptr;  // set before the first request
  Environment& environment;
  const Limits limits;
  std::atomic<uint64_t> generation{1};
  std::mutex mutex;
  std::shared_ptr<const Policy> policy;  // guarded by mutex
  ThreadSlots slots;
  std::array<std::unique_ptr<ThreadState>, thread_slots_max>
      threads;  // [i]: used by the thread of slot i
};

}  // namespace trivet::engine
