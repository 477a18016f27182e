#include "store/postgres/write/program.h"

#include <libpq-fe.h>

#include <algorithm>
#include <iterator>

#include "store/postgres/bind.h"
#include "store/postgres/errors.h"
#include "store/postgres/rows.h"
#include "store/postgres/write/statements.h"

namespace trivet::store::postgres {

namespace {

constexpr const char* begin_text = "BEGIN ISOLATION LEVEL REPEATABLE READ";
constexpr const char* commit_text = "COMMIT";
constexpr const char* rollback_text = "ROLLBACK";

bool looks_back(const Step& step) {
  return step.kind == StepKind::check && step.where && names_before(*step.where);
}

Error step_error(const Step& step) {
  if (step.error) return *step.error;
  return Error(ErrorCode::permission_denied, "permission denied");
}

}  // namespace

ProgramRun::ProgramRun(Lane& lane, const Program& program, const Params& params, Deadline deadline)
    : lane_(lane),
      program_(program),
      params_(params),
      deadline_(deadline),
      written_(program.steps.size()) {
  find_needed_fields();
}

ProgramRun::~ProgramRun() {
  if (in_transaction_ && lease_) (*lease_)->close();
}

void ProgramRun::need(uint32_t step, int field) {
  TRIVET_ASSERT(step < written_.size());
  std::vector<int>& fields = written_[step].fields;
  if (std::ranges::find(fields, field) == fields.end()) fields.push_back(field);
}

void ProgramRun::find_needed_fields() {
  const auto need_key = [&](int index) {
    const schema::Model& model = program_.schema->models[program_.steps[index].model];
    for (const int field : key_fields(model)) need(static_cast<uint32_t>(index), field);
  };
  const auto need_value = [&](const Value& value) {
    if (value.kind() == ValueKind::reference)
      need(value.reference_step(), static_cast<int>(value.reference_field()));
  };
  for (const Step& step : program_.steps) {
    if (step.kind != StepKind::check || step.rows == CheckRows::given) continue;
    need_key(step.of);
    if (looks_back(step))
      written_[step.of].fields_before =
          program_.schema->models[program_.steps[step.of].model].columns;
  }
  const int returning = program_.returning_step;
  if (program_.returning && returning >= 0 && program_.steps[returning].kind != StepKind::delete_)
    need_key(returning);
  std::ranges::for_each(params_.values, need_value);
  for (const RowBlock& block : params_.blocks) std::ranges::for_each(block.cells, need_value);
}

task<result<WriteResult>> ProgramRun::run() {
  if (session_ != nullptr) session_->refusal.reset();
  result<void> done = co_await run_exchanges();
  if (done) {
    if (program_.returning_step >= 0) {
      result_.affected = affected();
      result_.inserted = written_[program_.returning_step].inserted;
    }
    co_return std::move(result_);
  }
  if (in_transaction_) {
    // A server that said what is wrong is still there to undo it; else the end of the session does.
    const bool answered = !state_.empty() && std::chrono::steady_clock::now() < deadline_;
    const std::string state = state_;
    commands_.clear();
    sent_.clear();
    undecided_.clear();
    add_control(rollback_text);
    result<void> undone;
    if (answered || state.empty()) undone = co_await exchange();
    if (!undone || (!answered && !state.empty())) (*lease_)->close();
    in_transaction_ = false;
    state_ = state;
  }
  co_return std::unexpected(std::move(done).error());
}

// Rows that count: with a condition on what is shown, those shown.
int64_t ProgramRun::affected() const {
  if (program_.returning && program_.returning->where) return result_.rows.batch.rows;
  return written_[program_.returning_step].affected;
}

// What comes before the first exchange's commands. A first exchange that isn't alone is the only one.
result<void> ProgramRun::begin(bool alone) {
  std::vector<Command> before;
  if (alone) before.push_back(plain_command(begin_text));
  if (session_ != nullptr) {
    TRIVET_TRY(std::vector<Command> first,
               session_commands(session_->settings, Access::as_begun, lane_.options()));
    std::ranges::move(first, std::back_inserter(before));
  }
  commands_.insert(commands_.begin(), std::make_move_iterator(before.begin()),
                   std::make_move_iterator(before.end()));
  // No step is before them: where they fail, nothing was decided.
  sent_.insert(sent_.begin(), before.size(), {Part::control, 0, 0});
  const bool has_response = session_ != nullptr && !lane_.options().pre_request.empty();
  if (has_response) sent_[before.size() - 1].part = Part::response;
  in_transaction_ = alone;
  return {};
}

task<result<void>> ProgramRun::run_exchanges() {
  const bool reads_back = program_.returning && program_.returning_step >= 0 &&
                          program_.steps[program_.returning_step].kind != StepKind::delete_;
  size_t next = 0;
  bool is_begun = false;
  for (;;) {
    while (next < program_.steps.size()) {
      TRIVET_CO_TRY(const bool added, try_add_step(next));
      if (!added) break;
      ++next;
    }
    bool complete = next == program_.steps.size();
    if (complete && !stopped_ && reads_back && !has_read_back_) {
      TRIVET_CO_TRY(complete, try_add_read_back());
    }
    const bool decides_later = !undecided_.empty() || program_.singular || program_.rollback;
    // What a pooler's session would do by itself is said.
    const bool pooled = lane_.options().pooler == Pooler::transactions;
    const bool alone = !complete || decides_later || in_transaction_ || pooled;
    if (!lease_) {
      auto leased = co_await lane_.acquire(alone ? Use::alone : Use::shared, deadline_);
      if (!leased) co_return std::unexpected(std::move(leased).error());
      lease_.emplace(*std::move(leased));
    }
    if (!is_begun) TRIVET_CO_CHECK(begin(alone));
    is_begun = true;
    if (complete && alone && !decides_later) add_control(commit_text);
    result<void> done = co_await exchange();
    if (!done) co_return done;
    if (stopped_) next = program_.steps.size();
    if (complete || stopped_) {
      if (!alone || !decides_later) break;
      if (program_.singular && program_.returning_step >= 0 && affected() != 1)
        co_return fail(ErrorCode::not_singular, "Cannot coerce the result to a single JSON object",
                       "The result contains " + std::to_string(affected()) + " rows");
      add_control(program_.rollback ? rollback_text : commit_text);
      done = co_await exchange();
      if (!done) co_return done;
      break;
    }
  }
  in_transaction_ = false;
  co_return result<void>();
}

task<result<void>> ProgramRun::exchange() {
  auto exchanged = std::make_shared<Exchange>();
  exchanged->commands = std::move(commands_);
  if (session_ != nullptr) exchanged->role = role_in(session_->settings);
  commands_.clear();
  co_await (*lease_)->run(exchanged, deadline_);
  state_ = exchanged->state;
  result<void> taken = take_results(*exchanged);
  sent_.clear();
  undecided_.clear();
  co_return taken;
}

result<void> ProgramRun::take_results(const Exchange& exchange) {
  for (size_t i = 0; i < exchange.results.size(); ++i)
    TRIVET_CHECK(take_result(sent_[i], *exchange.results[i]));
  for (const size_t index : undecided_) {
    // What was decided before the step that failed comes first.
    const bool answered = !exchange.error || (exchange.failed_command < sent_.size() &&
                                              sent_[exchange.failed_command].step > index);
    if (answered) {
      auto decided = decide(index);
      if (!decided) {
        state_ = exchange.error ? state_ : std::string();
        return decided;
      }
    }
  }
  if (exchange.error) {
    if (session_ != nullptr) session_->refusal = refusal_of(exchange);
    return std::unexpected(*exchange.error);
  }
  for (const Sent& sent : sent_)
    if (sent.part == Part::step) written_[sent.step].done = true;
  return {};
}

result<void> ProgramRun::take_result(const Sent& sent, const pg_result& answer) {
  switch (sent.part) {
    case Part::control:
      return {};
    case Part::response:
      read_response(answer, *session_);
      return {};
    case Part::read_back: {
      TRIVET_TRY(result_.rows.batch, decode_rows(answer, *program_.returning, result_.rows.arena));
      return {};
    }
    case Part::step:
      return take_step(sent.step, answer);
  }
  return {};
}

result<void> ProgramRun::take_step(size_t index, const pg_result& answer) {
  const Step& step = program_.steps[index];
  Written& written = written_[index];
  if (PQresultStatus(&answer) != PGRES_TUPLES_OK) {
    written.affected += std::atoll(PQcmdTuples(const_cast<PGresult*>(&answer)));
    if (step.kind == StepKind::insert) written.inserted = written.affected;
    return {};
  }
  const int rows = PQntuples(&answer);
  written.affected += rows;
  if (step.kind == StepKind::insert) written.inserted = written.affected;
  if (step.kind == StepKind::check) return {};
  const schema::Model& model = program_.schema->models[step.model];
  for (int row = 0; row < rows; ++row) {
    std::vector<Value>& cells = written.rows.emplace_back();
    int column = 0;
    for (const int field : written.fields) {
      TRIVET_TRY(const Value cell,
                 cell_at(answer, row, column++, model.fields[field].is_list, arena_));
      cells.push_back(cell);
    }
    if (step.kind == StepKind::upsert) {
      const int64_t is_new = integer_at(answer, row, column++);
      written.inserted += is_new;
      written.updated.push_back(is_new == 0);
    }
    if (written.fields_before.empty()) continue;
    std::vector<Value>& before = written.before.emplace_back();
    for (const int field : written.fields_before) {
      TRIVET_TRY(const Value cell,
                 cell_at(answer, row, column++, model.fields[field].is_list, arena_));
      before.push_back(cell);
    }
  }
  return {};
}

bool ProgramRun::decides(const Step& step) const {
  switch (step.kind) {
    case StepKind::find:
    case StepKind::forbid:
    case StepKind::check:
      return true;
    case StepKind::upsert:
      return step.conflict_where && !step.update_fields.empty();
    default:
      return step.rows_max != 0;
  }
}

result<void> ProgramRun::decide(size_t index) {
  const Step& step = program_.steps[index];
  const Written& written = written_[index];
  switch (step.kind) {
    case StepKind::find:
      stopped_ = written.affected == 0 && step.if_none == IfNone::stop;
      if (!stopped_ && written.affected != 1) return std::unexpected(step_error(step));
      return {};
    case StepKind::forbid:
    case StepKind::check:
      if (written.affected != 0) return std::unexpected(step_error(step));
      return {};
    case StepKind::upsert:
      // A row that is neither new nor changed is one that may not be.
      if (written.affected < params_.blocks[step.block].rows)
        return std::unexpected(step_error(step));
      return {};
    default:
      if (static_cast<uint64_t>(written.affected) <= step.rows_max) return {};
      return fail(ErrorCode::max_affected,
                  "Query result exceeds max-affected preference constraint",
                  "The query affects " + std::to_string(written.affected) + " rows");
  }
}

}  // namespace trivet::store::postgres
