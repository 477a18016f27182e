// The front door of the engine and the only path to data: authorise → plan → execute. Front ends call plan, then run.
//
// One Engine serves all threads. Plans are cached per thread by Operation::shape, schema and kind of caller. The schema can be
// swapped (reload): running requests keep the one they started with.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "base/task.h"
#include "engine/authority.h"
#include "engine/operation.h"
#include "store/statement_plan.h"
#include "store/replica_reads.h"
#include "store/store.h"
#include "value/identity.h"

namespace trivet::engine {

// An authorised, planned operation: rules conjoined, defaults decided, limits set. Immutable, shared by threads.
struct Plan;

// Clock and randomness of a request: `now()` is one instant; ids come from here. Tests give fixed ones.
class Environment {
 public:
  virtual ~Environment() = default;
  [[nodiscard]] virtual int64_t now_us() const = 0;  // since 1970, UTC
  virtual void random_bytes(char* to, size_t count) = 0;  // thread-safe
};

// How old what is read may be, where the store has copies.
enum class Freshness : uint8_t {
  own_writes,  // the caller sees what the caller wrote
  latest,
};

struct Context {
  const Identity& identity;
  store::Deadline deadline;
  // Who asks, to a database that decides itself: then it must be there, else it must not. Outlives the run.
  store::CallerSession* session = nullptr;
  Freshness freshness = Freshness::own_writes;
};

struct Explaining {
  store::PlanStore& plans;
  store::PlanWish wish;
};

struct Outcome {
  store::Rows rows;  // shape of Operation::selection: outputs then embeds
  int64_t affected = 0;
  int64_t inserted = 0;
};

// Which operations on a model can succeed for a caller at all (some rows, some values).
struct ModelAccess {
  bool create = false;
  bool read = false;
  bool update = false;
  bool delete_ = false;
};

class Engine {
 public:
  // `schema` must pass check(). Store and environment outlive the engine.
  Engine(std::shared_ptr<const schema::Schema> schema, store::Store& store, Environment& environment, Limits limits);
  // Hands authority to the database: no rule of the schema is applied, and nothing is asked without Context::session. What is
  // no rule about callers (defaults, checks of values, limits) stays.
  Engine(std::shared_ptr<const schema::Schema> schema, DecidingDatabase database, Environment& environment, Limits limits);
  ~Engine();

  // Before the first request: reads may go to copies of the store, which outlive the engine.
  void set_replicas(store::ReplicaReads& replicas);

  // The current one. Indexes of models and fields mean something in one schema alone: what this thread asks from here
  // on (readable, model_access, find_plan, plan) is answered for the schema returned, until it calls this again. So a
  // request takes its schema first, and doesn't wait between that and its plan.
  [[nodiscard]] std::shared_ptr<const schema::Schema> schema() const;
  // Compiles the rules of `schema`; on error (a rule that isn't supported: by name) the old schema stays.
  result<void> set_schema(std::shared_ptr<const schema::Schema> schema);

  // Rules that can't be enforced yet, capabilities that the store lacks. Empty = the schema may be served.
  [[nodiscard]] static std::vector<schema::Diagnostic> check(const schema::Schema& schema,
                                                             const store::Capabilities& capabilities);

  // A plan made before for this shape, schema and kind of caller, or null. The hot path asks this before it even decodes.
  [[nodiscard]] std::shared_ptr<const Plan> find_plan(std::string_view shape, const Identity& identity) const;
  // Authorises and plans. 42501 where the caller may not (model closed, field unreadable in filter/order/selection/embedding).
  [[nodiscard]] result<std::shared_ptr<const Plan>> plan(const Operation& operation, const Identity& identity);
  // Runs a plan. `params` are those of the operation; the engine appends what rules and defaults need.
  [[nodiscard]] task<result<Outcome>> run(std::shared_ptr<const Plan> plan, store::Params params, Context context);

  // Whether a read would find a row of these cells (by Field::column; absent: not known), as far as the row itself says: no
  // value where the plan looks at other rows, at cells that are absent, or is not decided here.
  [[nodiscard]] result<std::optional<bool>> admits(const Plan& plan, store::Params params, const Identity& identity,
                                                   std::span<const Value> cells) const;

  // What the database says about the statement that run() would give it: of a read, else missing_capability. `plans` is of
  // the engine's own store, and outlives the task.
  [[nodiscard]] task<result<std::string>> explain(std::shared_ptr<const Plan> plan, store::Params params,
                                                  Context context, Explaining explaining);

  // False if the caller may never read the field: `*` leaves it out, naming it is refused with 42501. A field whose rule
  // depends on the row is readable: it is null where the rule fails.
  [[nodiscard]] bool readable(int model, int field, const Identity& identity) const;
  [[nodiscard]] ModelAccess model_access(int model, const Identity& identity) const;

  [[nodiscard]] store::Store& store() const;
  [[nodiscard]] const Limits& limits() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trivet::engine
