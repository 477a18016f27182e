// For tests: an engine over a MemoryStore with a clock and randomness that repeat themselves,
// called without an event loop.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/random.h"
#include "engine/engine.h"
#include "net/run_task.h"
#include "store/memory/memory_store.h"

namespace trivet::engine::testing {

// 2024-05-06T07:08:09.123456Z
inline constexpr int64_t fixed_now_us = 1'714'979'289'123'456;

class FixedEnvironment final : public Environment {
 public:
  [[nodiscard]] int64_t now_us() const override { return fixed_now_us; }
  void random_bytes(char* to, size_t count) override {
    random_.fill(std::as_writable_bytes(std::span<char>(to, count)));
  }

 private:
  SeededRandom random_{1};
};

// Runs a task to its end on this thread.
template <class T>
T await(task<T> work) {
  return net::run_task(std::move(work));
}

inline store::Deadline no_deadline() { return store::Deadline::max(); }

inline Identity service() { return {Role::service, "service_role", {}}; }
inline Identity anonymous() { return {}; }
inline Identity user(std::string claims_json) {
  return {Role::authenticated, "authenticated", std::move(claims_json)};
}

// Checks `text` as schema.zmodel; fails loudly, as tests' schemas are valid.
[[nodiscard]] std::shared_ptr<const schema::Schema> make_schema(const std::string& text);

// Plans and runs. `params` are used up.
[[nodiscard]] inline result<Outcome> run(Engine& engine, const Operation& operation,
                                         store::Params params, const Identity& identity) {
  auto plan = engine.plan(operation, identity);
  if (!plan) return std::unexpected(plan.error());
  return await(engine.run(*plan, std::move(params), {identity, no_deadline()}));
}

}  // namespace trivet::engine::testing
