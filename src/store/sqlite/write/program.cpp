#include "store/sqlite/write/program.h"

#include <sqlite3.h>

#include <algorithm>

#include "store/sqlite/write/program_state.h"
#include "store/sqlite/write/violation.h"

namespace trivet::store::sqlite {

namespace {

constexpr size_t scratch_keep_bytes = 1024 * 1024;

// One statement that fails leaves nothing behind; anything more needs a savepoint to do so.
bool undoes_itself(const Program& program, const Params& params, const PreparedProgram& prepared) {
  if (program.steps.size() != 1 || program.rollback || program.singular) return false;
  if (prepared.read_back != ReadBack::none) return false;
  const Step& step = program.steps.front();
  switch (step.kind) {
    case StepKind::insert:
      return params.blocks[step.block].rows <= 1;
    case StepKind::update:
    case StepKind::delete_:
      return step.rows_max == 0;
    default:
      return false;
  }
}

// Rows of one INSERT may refer to rows further down: their foreign keys are looked at when all are
// in.
bool wants_deferred_keys(const Program& program, const Params& params) {
  return std::ranges::any_of(program.steps, [&](const Step& step) {
    if (step.kind != StepKind::insert && step.kind != StepKind::upsert) return false;
    if (params.blocks[step.block].rows < 2) return false;
    return std::ranges::any_of(program.schema->relations, [&](const schema::Relation& relation) {
      return relation.kind != schema::RelationKind::many_to_many &&
             relation.model[0] == step.model && relation.model[1] == step.model;
    });
  });
}

bool is_reference(const Value& value) { return value.kind() == ValueKind::reference; }

}  // namespace

result<void> ProgramRunner::execute(const char* sql) {
  if (sqlite3_exec(connection_.db(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return std::unexpected(connection_.failure());
}

result<void> ProgramRunner::end(const State& state, Company company, bool keep) {
  if (state.deferred_keys) (void)execute("PRAGMA defer_foreign_keys = 0");
  // SQLite itself may have given up the transaction.
  if (sqlite3_get_autocommit(connection_.db()) != 0) return {};
  if (company == Company::alone) return keep ? result<void>() : execute("ROLLBACK");
  return execute(keep ? "RELEASE program" : "ROLLBACK TO program; RELEASE program");
}

result<WriteResult> ProgramRunner::run(const Program& program, const Params& params,
                                       Deadline deadline, Company company) {
  connection_.set_deadline(deadline);
  std::optional<PreparedProgram> once;
  const PreparedProgram* prepared = program.id == 0 ? nullptr : programs_.find(program.id);
  if (prepared == nullptr) {
    TRIVET_TRY(PreparedProgram made, PreparedProgram::make(connection_, program));
    prepared = program.id == 0 ? &once.emplace(std::move(made))
                               : programs_.add(program.id, std::move(made));
  }
  if (scratch_.bytes_reserved() > scratch_keep_bytes)
    scratch_ = Arena();
  else
    scratch_.clear();
  State state{program, *prepared, params, params.values, {}, {}, {}, {}};
  if (undoes_itself(program, params, *prepared)) {
    TRIVET_CHECK(run_steps(state));
    return std::move(state.result);
  }
  state.deferred_keys = wants_deferred_keys(program, params);
  // What is rolled back though it went well must not look like a lost transaction.
  if (program.rollback) company = Company::others;
  if (company == Company::others) TRIVET_CHECK(execute("SAVEPOINT program"));
  if (state.deferred_keys) TRIVET_CHECK(execute("PRAGMA defer_foreign_keys = 1"));
  auto done = run_steps(state);
  if (done && state.deferred_keys) done = check_foreign_keys(state);
  const auto ended = end(state, company, done && !program.rollback);
  if (done && !ended) done = ended;
  if (!done) return std::unexpected(std::move(done).error());
  return std::move(state.result);
}

result<void> ProgramRunner::run_steps(State& state) {
  state.steps.resize(state.program.steps.size());
  if (std::ranges::any_of(state.params.values, is_reference)) {
    state.resolved = state.params.values;
    state.values = state.resolved;
  }
  for (size_t i = 0; i < state.program.steps.size(); ++i) {
    if (!state.resolved.empty()) TRIVET_CHECK(resolve_params(state, i));
    const bool returns = static_cast<int>(i) == state.program.returning_step;
    if (returns && state.prepared.read_back == ReadBack::before) TRIVET_CHECK(read_back(state));
    TRIVET_CHECK(run_step(state, i));
    if (state.stopped) break;
  }
  if (state.program.returning_step >= 0) {
    state.result.affected = state.steps[state.program.returning_step].affected;
    state.result.inserted = state.steps[state.program.returning_step].inserted;
  }
  const ReadBack read_back_when = state.prepared.read_back;
  const bool chosen = read_back_when != ReadBack::none && state.program.returning->where;
  if (!chosen) TRIVET_CHECK(check_singular(state));
  if (read_back_when != ReadBack::none && read_back_when != ReadBack::before)
    TRIVET_CHECK(read_back(state));
  if (!chosen) return {};
  state.result.affected = state.result.rows.batch.rows;
  return check_singular(state);
}

result<void> ProgramRunner::run_step(State& state, size_t index) {
  switch (state.program.steps[index].kind) {
    case StepKind::insert:
      return insert(state, index);
    case StepKind::upsert:
      return upsert(state, index);
    case StepKind::update:
    case StepKind::delete_:
      return change(state, index);
    case StepKind::find:
      return find(state, index);
    case StepKind::forbid:
      return forbid(state, index);
    case StepKind::check:
      return check(state, index);
    case StepKind::link:
    case StepKind::unlink:
      return link(state, index);
  }
  return {};
}

result<void> ProgramRunner::check_singular(const State& state) const {
  const Program& program = state.program;
  if (!program.singular || program.returning_step < 0) return {};
  const int64_t affected = state.result.affected;
  if (affected == 1) return {};
  return fail(ErrorCode::not_singular, "Cannot coerce the result to a single JSON object",
              "The result contains " + std::to_string(affected) + " rows");
}

result<void> ProgramRunner::check_foreign_keys(State& state) {
  int unresolved = 0;
  int peak = 0;
  sqlite3_db_status(connection_.db(), SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &peak, 0);
  if (unresolved == 0) return {};
  for (const Step& step : state.program.steps) {
    if (step.kind != StepKind::insert && step.kind != StepKind::upsert) continue;
    const RowBlock& block = state.params.blocks[step.block];
    for (uint32_t row = 0; row < block.rows; ++row) {
      TRIVET_TRY(const auto cells, resolve_row(state, block.cells.subspan(row * step.fields.size(),
                                                                          step.fields.size())));
      if (auto missing =
              find_missing_parent(connection_, {*state.program.schema, step, cells, state.values}))
        return std::unexpected(*std::move(missing));
    }
  }
  return fail(ErrorCode::foreign_key_violation, "the write violates a foreign key constraint");
}

result<void> ProgramRunner::read_back(State& state) {
  const PreparedLevel& level = *state.prepared.returning;
  WriteResult& out = state.result;
  PreparedLevel::Run run{connection_, {.params = state.values}, out.rows.arena, scratch_, stack_};
  const std::vector<int64_t>& ids = state.steps[state.program.returning_step].row_ids;
  if (state.prepared.read_back != ReadBack::each_row) {
    run.sources.row_ids = ids;
    TRIVET_TRY(out.rows.batch, level.read(run));
    return {};
  }
  const size_t base = stack_.size();
  uint32_t rows = 0;
  result<uint32_t> more = 0U;
  for (const int64_t id : ids) {
    const Value cell = Value::integer(id);
    run.sources.cells = {&cell, 1};
    more = level.append_rows(run);
    if (!more) break;
    rows += *more;
  }
  if (more) {
    const std::span<const Value> cells = std::span(stack_).subspan(base);
    out.rows.batch = {level.columns(), rows, out.rows.arena.copy_list(cells).as_list().data()};
  }
  stack_.resize(base);
  if (!more) return std::unexpected(std::move(more).error());
  return {};
}

}  // namespace trivet::store::sqlite
