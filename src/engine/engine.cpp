#include "engine/engine.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "engine/execute/hidden_values.h"
#include "engine/execute/append_params.h"
#include "engine/execute/state.h"
#include "engine/execute/writer.h"
#include "engine/plan/cost.h"
#include "engine/plan/planner.h"
#include "engine/policy/apply.h"
#include "engine/policy/fold.h"
#include "engine/policy/validate.h"
#include "value/json_reader.h"

namespace trivet::engine {

Engine::Engine(std::shared_ptr<const schema::Schema> schema, store::Store& store,
               Environment& environment, Limits limits)
    : state_(std::make_unique<State>(store, environment, limits)) {
  // A schema whose rules can't be enforced is closed to everyone: callers run check() first.
  const result<void> done = set_schema(std::move(schema));
  TRIVET_ASSERT(done.has_value());
}

Engine::Engine(std::shared_ptr<const schema::Schema> schema, DecidingDatabase database,
               Environment& environment, Limits limits)
    : Engine(std::move(schema), database.store, environment, limits) {
  state_->sessions = &database.sessions;
}

Engine::~Engine() = default;

void Engine::set_replicas(store::ReplicaReads& replicas) { state_->replicas = &replicas; }

std::shared_ptr<const schema::Schema> Engine::schema() const {
  const ThreadState* thread = state_->renewed_thread_state();
  return thread == nullptr ? state_->current_policy()->schema : thread->policy->schema;
}
store::Store& Engine::store() const { return state_->store; }
const Limits& Engine::limits() const { return state_->limits; }

result<void> Engine::set_schema(std::shared_ptr<const schema::Schema> schema) {
  CompiledPolicy compiled = compile_policy(schema);
  if (!compiled.diagnostics.empty()) {
    const schema::Diagnostic& first = compiled.diagnostics.front();
    return fail(ErrorCode::bad_schema, schema::render_diagnostic(schema->files, first));
  }
  const std::lock_guard lock(state_->mutex);
  state_->policy = std::move(compiled.policy);
  state_->generation.fetch_add(1, std::memory_order_release);
  return {};
}

namespace {

void check_capabilities(const schema::Schema& schema, const store::Capabilities& capabilities,
                        std::vector<schema::Diagnostic>& diagnostics) {
  if (capabilities.has(store::Capability::lists)) return;
  for (const schema::Model& model : schema.models)
    for (int column : model.columns)
      if (model.fields[column].is_list)
        diagnostics.push_back({schema::DiagnosticKind::provider, model.fields[column].where,
                               "store " + capabilities.store_name + " lacks lists",
                               "use a relation, or Json"});
}

// What the language has and nothing enforces yet is refused: a check that is silently absent is worse than none.
void check_enforced(const schema::Schema& schema, std::vector<schema::Diagnostic>& diagnostics) {
  const auto refuse = [&](schema::SourceRange where, const std::string& what) {
    diagnostics.push_back({schema::DiagnosticKind::place, where, what + " is not enforced yet",
                           "remove it, and check values before they are written"});
  };
  std::vector<bool> used(schema.types.size(), false);
  const auto use = [&](const auto& self, const std::vector<schema::Field>& fields) -> void {
    for (const schema::Field& field : fields) {
      if (field.type_index < 0 || used[field.type_index]) continue;
      used[field.type_index] = true;
      self(self, schema.types[field.type_index].fields);
    }
  };
  for (const schema::Model& model : schema.models) {
    use(use, model.fields);
    for (const schema::Field& field : model.fields)
      if (!field.updated_at_ignore.empty()) refuse(field.where, "@updatedAt(ignore: …)");
  }
  for (size_t i = 0; i < schema.types.size(); ++i) {
    if (!used[i]) continue;
    const schema::CompositeType& type = schema.types[i];
    if (!type.checks.empty()) refuse(type.checks.front().condition.where, "@@validate in typed JSON");
    for (const schema::Field& field : type.fields)
      if (!field.checks.empty())
        refuse(field.where, "@" + field.checks.front().name + " in typed JSON");
  }
}

}  // namespace

std::vector<schema::Diagnostic> Engine::check(const schema::Schema& schema,
                                              const store::Capabilities& capabilities) {
  // The alias owns nothing: the policy made here doesn't outlive the call.
  const std::shared_ptr<const schema::Schema> borrowed(std::shared_ptr<void>(), &schema);
  std::vector<schema::Diagnostic> diagnostics = compile_policy(borrowed).diagnostics;
  check_capabilities(schema, capabilities, diagnostics);
  check_enforced(schema, diagnostics);
  return diagnostics;
}

std::shared_ptr<const Plan> Engine::find_plan(std::string_view shape,
                                              const Identity& identity) const {
  ThreadState* thread = state_->thread_state();
  if (thread == nullptr) return nullptr;
  const auto caller = state_->find_caller(thread, thread->policy, identity);
  return thread->plans.find(caller->class_name, shape);
}

result<std::shared_ptr<const Plan>> Engine::plan(const Operation& operation,
                                                 const Identity& identity) {
  ThreadState* thread = state_->thread_state();
  const auto policy = thread == nullptr ? state_->current_policy() : thread->policy;
  const auto caller = state_->find_caller(thread, policy, identity);
  TRIVET_TRY(Plan made,
             make_plan(operation, {*caller, state_->limits, state_->store.capabilities()}));
  auto plan = std::make_shared<const Plan>(std::move(made));
  // Nested values are part of the tree, so such a plan serves one request.
  if (thread != nullptr && !operation.shape.empty() && operation.write.nested.empty())
    thread->plans.put(caller->class_name, operation.shape, plan);
  return plan;
}

bool Engine::readable(int model, int field, const Identity& identity) const {
  ThreadState* thread = state_->thread_state();
  const auto policy = thread == nullptr ? state_->current_policy() : thread->policy;
  const auto caller = state_->find_caller(thread, policy, identity);
  ParamTable unused(0);
  return RuleApplier(*caller, unused).field_read(model, field).op != store::Op::always_false;
}

ModelAccess Engine::model_access(int model, const Identity& identity) const {
  ThreadState* thread = state_->thread_state();
  const auto policy = thread == nullptr ? state_->current_policy() : thread->policy;
  const auto caller = state_->find_caller(thread, policy, identity);
  ParamTable unused(0);
  RuleApplier rules(*caller, unused);
  const auto possible = [&](schema::Operation operation) {
    auto predicate = rules.predicate(model, operation);
    return predicate && (!*predicate || (*predicate)->op != store::Op::always_false);
  };
  const bool read = possible(schema::Operation::read);
  return {possible(schema::Operation::create), read, read && possible(schema::Operation::update),
          read && possible(schema::Operation::delete_)};
}

namespace {

result<void> check_params(const Plan& plan, const store::Params& params, const Limits& limits) {
  if (params.values.size() < static_cast<size_t>(plan.base))
    return fail(ErrorCode::internal, "fewer parameters than the plan needs");
  for (const Value& value : params.values)
    if (value.kind() == ValueKind::list && value.as_list().size() > limits.list_values_max)
      return fail(ErrorCode::too_complex, "a list has too many values",
                  "At most " + std::to_string(limits.list_values_max) + " values are allowed.");
  for (const store::RowBlock& block : params.blocks)
    if (block.rows > limits.write_rows_max)
      return fail(ErrorCode::too_large, "too many rows in one request",
                  "At most " + std::to_string(limits.write_rows_max) + " rows are allowed.");
  return {};
}

// What an update sets, as the checks of its fields leave it; `cells` outlives the run.
result<void> validate_update(const Plan& plan, store::Params& params, std::vector<Value>& cells,
                             Arena& arena) {
  if (plan.kind != OperationKind::update || plan.write.block < 0) return {};
  const int index = plan.write.program.steps[plan.write.root].model;
  const auto& checks = plan.policy->models[index].checks;
  store::RowBlock& block = params.blocks[plan.write.block];
  if (checks.empty() || block.rows == 0) return {};
  cells.assign(block.cells.begin(), block.cells.end());
  const schema::Model& model = plan.policy->schema->models[index];
  for (const ColumnSource& column : plan.write.columns) {
    Value& cell = cells[column.cell];
    TRIVET_TRY(cell, validate_value(model, model.fields[column.field], checks[column.field], cell,
                                    arena));
  }
  block.cells = cells;
  return {};
}

result<void> check_run_patterns(const Plan& plan, const store::Params& params,
                                ThreadState* thread) {
  if (plan.patterns.empty()) return {};
  std::optional<RegexCache> own;
  RegexCache& regexes = thread == nullptr ? own.emplace() : thread->regexes;
  return store::check_patterns(plan.patterns, params.values, regexes);
}

Outcome nothing_read(const store::Query& query) {
  Outcome outcome;
  outcome.rows.batch.columns =
      static_cast<uint32_t>(query.root.outputs.size() + query.root.embeds.size());
  if (query.count) outcome.rows.total = 0;
  return outcome;
}

Outcome empty_outcome(const WritePlan& write) {
  Outcome outcome;
  if (write.program.returning)
    outcome.rows.batch.columns = static_cast<uint32_t>(write.program.returning->outputs.size() +
                                                       write.program.returning->embeds.size());
  return outcome;
}

Error not_singular() {
  return Error(ErrorCode::not_singular, "Cannot coerce the result to a single JSON object",
               "The result contains 0 rows");
}

// Callers by whom they are, not by their tokens, which are renewed.
uint64_t number_of(const Identity& identity) {
  std::string_view who = identity.role_name;
  if (!identity.claims_json.empty())
    if (const auto subject = JsonValue::trusted(identity.claims_json).find("sub")) who = subject->raw();
  return std::hash<std::string_view>()(who);
}

bool is_away(const Error& error) {
  return error.code == ErrorCode::connection_failed || error.code == ErrorCode::store_lost ||
         error.code == ErrorCode::pool_timeout || error.code == ErrorCode::query_canceled;
}

// What a read is asked of.
struct Sources {
  store::Store& store;
  store::ReplicaReads& replicas;
};

// From a copy that has what the caller wrote, if one answers in half of the time that there is; else from the store itself.
task<result<store::Rows>> read_near(Sources from, const store::Query& query, const store::Params& params,
                                    Context context) {
  if (store::Store* const copy = from.replicas.pick(number_of(context.identity))) {
    const auto now = std::chrono::steady_clock::now();
    result<store::Rows> rows = co_await copy->read(query, params, now + (context.deadline - now) / 2);
    if (rows) co_return rows;
    if (is_away(rows.error())) from.replicas.failed(*copy);
  }
  co_return co_await from.store.read(query, params, context.deadline);
}

}  // namespace

task<result<std::string>> Engine::explain(std::shared_ptr<const Plan> plan, store::Params params,
                                          Context context, Explaining explaining) {
  TRIVET_CO_TRY(const std::shared_ptr<const Caller> caller, state_->caller_of(*plan, context));
  if (plan->kind != OperationKind::read)
    co_return fail(ErrorCode::missing_capability, "Feature not implemented",
                   "Plans are told of reads alone.");
  TRIVET_CO_CHECK(check_params(*plan, params, state_->limits));
  append_params(*plan, *caller, state_->environment.now_us(), params);
  TRIVET_CO_CHECK(check_run_patterns(*plan, params, state_->thread_state()));
  task<result<std::string>> asking = explaining.plans.explain(
      context.session, plan->read.query, params, explaining.wish, context.deadline);
  result<std::string> told = co_await std::move(asking);
  co_return told;
}

task<result<Outcome>> Engine::run(std::shared_ptr<const Plan> plan, store::Params params,
                                  Context context) {
  TRIVET_CO_TRY(const std::shared_ptr<const Caller> caller, state_->caller_of(*plan, context));
  store::SessionStore* const sessions = state_->sessions;
  ThreadState* thread = state_->thread_state();
  TRIVET_CO_CHECK(check_params(*plan, params, state_->limits));
  Arena arena;
  std::vector<Value> validated;
  TRIVET_CO_CHECK(validate_update(*plan, params, validated, arena));
  const int64_t now_us = state_->environment.now_us();
  append_params(*plan, *caller, now_us, params);
  TRIVET_CO_CHECK(check_run_patterns(*plan, params, thread));
  if (plan->kind == OperationKind::read) {
    const ReadPlan& read = plan->read;
    if (read.nothing && sessions == nullptr) co_return nothing_read(read.query);
    const bool small = read.small_query && is_small(read.bounds, params.values);
    const store::Query& query = small ? *read.small_query : read.query;
    const bool may_be_older = state_->replicas != nullptr && sessions == nullptr && context.freshness == Freshness::own_writes;
    task<result<store::Rows>> reading =
        sessions != nullptr ? sessions->read_as(*context.session, query, params, context.deadline)
        : may_be_older      ? read_near({state_->store, *state_->replicas}, query, params, context)
                            : state_->store.read(query, params, context.deadline);
    result<store::Rows> rows = co_await std::move(reading);
    if (!rows) co_return std::unexpected(std::move(rows).error());
    Outcome outcome;
    outcome.rows = std::move(*rows);
    outcome.affected = outcome.rows.batch.rows;
    co_return outcome;
  }
  std::optional<EnvironmentClock> clock;
  std::optional<EnvironmentRandom> random;
  std::optional<IdMaker> own_ids;
  if (thread == nullptr) {
    clock.emplace(state_->environment);
    random.emplace(state_->environment);
    own_ids.emplace(*clock, *random);
  }
  const RunContext run_context{
      *plan, *caller, now_us, thread == nullptr ? *own_ids : thread->ids, params.values, arena};
  Writer writer(run_context, params);
  TRIVET_CO_CHECK(writer.prepare());
  if (writer.nothing()) {
    if (plan->write.singular) co_return std::unexpected(not_singular());
    co_return empty_outcome(plan->write);
  }
  const store::Program& program = writer.program();
  task<result<store::WriteResult>> writing =
      sessions == nullptr ? state_->store.write(program, params, context.deadline)
                          : sessions->write_as(*context.session, program, params, context.deadline);
  result<store::WriteResult> written = co_await std::move(writing);
  // Also where it failed: what became of it may not be known.
  if (state_->replicas != nullptr) state_->replicas->wrote(number_of(context.identity));
  if (!written)
    co_return std::unexpected(
        without_hidden_values(std::move(written).error(), *plan, *caller));
  Outcome outcome;
  outcome.rows = std::move(written->rows);
  outcome.affected = written->affected;
  outcome.inserted = written->inserted;
  co_return outcome;
}

}  // namespace trivet::engine
