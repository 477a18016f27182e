#include "engine/execute/state.h"

namespace trivet::engine {

std::shared_ptr<const Policy> Engine::State::current_policy() {
  const std::lock_guard lock(mutex);
  return policy;
}

ThreadState* Engine::State::thread_state() {
  const size_t slot = slots.mine();
  if (slot == thread_slots_max) return nullptr;
  if (!threads[slot]) {
    threads[slot] = std::make_unique<ThreadState>(environment, limits);
    return renewed_thread_state();
  }
  return threads[slot].get();
}

ThreadState* Engine::State::renewed_thread_state() {
  const size_t slot = slots.mine();
  if (slot == thread_slots_max) return nullptr;
  if (!threads[slot]) threads[slot] = std::make_unique<ThreadState>(environment, limits);
  ThreadState& own = *threads[slot];
  const uint64_t current = generation.load(std::memory_order_acquire);
  if (own.generation != current) [[unlikely]] {
    own.plans.clear();
    own.callers.clear();
    own.policy = current_policy();
    own.generation = current;
  }
  return &own;
}

std::shared_ptr<const Caller> Engine::State::find_caller(
    ThreadState* thread, const std::shared_ptr<const Policy>& wanted, const Identity& identity) {
  if (thread == nullptr || thread->policy != wanted) return make_caller(wanted, identity, authority());
  constexpr std::string_view roles[] = {"anon", "authenticated", "service"};
  const std::string_view role = roles[static_cast<size_t>(identity.role)];
  if (auto known = thread->callers.find(role, identity.claims_json)) return known;
  std::shared_ptr<const Caller> caller = make_caller(wanted, identity, authority());
  thread->callers.put(role, identity.claims_json, caller);
  return caller;
}

result<std::shared_ptr<const Caller>> Engine::State::caller_of(const Plan& plan,
                                                               const Context& context) {
  // A front end that doesn't say who asks gets nothing from a database that decides by it.
  if ((sessions == nullptr) != (context.session == nullptr))
    return fail(ErrorCode::internal, "a request without the session that its database decides by");
  std::shared_ptr<const Caller> caller = find_caller(thread_state(), plan.policy, context.identity);
  if (caller->class_name != plan.class_name) return fail(ErrorCode::internal, "a plan of other callers");
  return caller;
}

}  // namespace trivet::engine
