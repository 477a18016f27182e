#include "store/mysql/write/program.h"

#include <algorithm>
#include <unordered_map>

#include "store/mysql/errors.h"
#include "store/mysql/read/rows.h"
#include "store/mysql/write/violation.h"
#include "value/format_options.h"
#include "value/text_format.h"

namespace trivet::store::mysql {

namespace {

constexpr size_t keys_max = 4096;  // in one statement

bool is_reference(const Value& value) { return value.kind() == ValueKind::reference; }

bool is_shaped(const Level& level) {
  return level.grouped || level.distinct || !level.order.empty() || level.limit_param >= 0 ||
         level.offset_param >= 0;
}

// What can be done wrongly with no more than a warning, which comes when the statement is done.
bool may_warn(const Expr& expr) {
  switch (expr.op) {
    case Op::cast:
    case Op::json_get:
    case Op::json_get_text:
    case Op::regex:
    case Op::iregex:
      return true;
    default:
      return std::ranges::any_of(expr.args, may_warn);
  }
}

// The error of a statement that keeps what was written, and whose end may not have been heard of.
Error unknown_outcome(Error error, const Connection& connection) {
  if (connection.last_number() == 0) return error;  // it was not sent
  if (error.code == ErrorCode::query_canceled)
    error = connection_error(ErrorCode::store_lost, error.log_text);
  if (error.code != ErrorCode::store_lost) return error;
  error.details = "It isn't known whether the write was kept.";
  error.hint = "look before you send it again";
  return error;
}

// That a row is there at the other end, and satisfies the condition.
Expr linked(const schema::Schema& schema, const schema::Relation& relation, uint8_t side,
            std::optional<Expr> condition) {
  Expr made;
  made.op = Op::exists;
  made.type = Type::boolean;
  made.link.relation = static_cast<int>(&relation - schema.relations.data());
  made.link.side = side;
  if (condition) made.args.push_back(*std::move(condition));
  return made;
}

// Rows of `model` that the step's rows are, or take with them by cascades of at most five steps.
std::optional<Expr> reached_rows(const schema::Schema& schema, const Step& step, int model) {
  constexpr int steps_max = 5;
  std::vector<std::pair<int, Expr>> reached{
      {step.model, step.where ? *step.where : make_and({})}};
  std::set<int> seen{step.model};
  for (int depth = 0; depth <= steps_max; ++depth) {
    std::vector<std::pair<int, Expr>> next;
    for (auto& [at, condition] : reached) {
      if (at == model) return condition;
      for (const schema::Relation& relation : schema.relations)
        if (relation.kind != schema::RelationKind::many_to_many && relation.model[1] == at &&
            relation.on_delete == schema::ReferentialAction::cascade &&
            seen.insert(relation.model[0]).second)
          next.emplace_back(relation.model[0], linked(schema, relation, 0, condition));
    }
    reached = std::move(next);
  }
  return std::nullopt;
}

}  // namespace

std::string key_text(std::span<const Value> key) {
  std::string text;
  for (const Value& cell : key) {
    append_text_value(text, cell, Type::unknown, FormatOptions{});
    text += '\0';
  }
  return text;
}

ProgramRun::ProgramRun(Connection& connection, const Program& program, const Params& params,
                       Deadline deadline)
    : connection_(connection),
      program_(program),
      params_(params),
      deadline_(deadline),
      values_(params.values),
      written_(program.steps.size()) {
  find_needed_fields();
}

void ProgramRun::need(size_t step, int field) {
  TRIVET_ASSERT(step < written_.size());
  std::vector<int>& fields = written_[step].fields;
  if (std::ranges::find(fields, field) == fields.end()) fields.push_back(field);
}

void ProgramRun::find_needed_fields() {
  const auto need_key = [&](int index) {
    const schema::Model& model = program_.schema->models[program_.steps[index].model];
    const std::vector<int> keys = key_fields(model);
    TRIVET_ASSERT(!keys.empty());  // a check of no rows would let all pass
    for (const int field : keys) need(static_cast<size_t>(index), field);
  };
  const auto need_value = [&](const Value& value) {
    if (!is_reference(value)) return;
    need_key(static_cast<int>(value.reference_step()));
    need(value.reference_step(), static_cast<int>(value.reference_field()));
  };
  for (const Step& step : program_.steps) {
    if (step.kind != StepKind::check || step.rows == CheckRows::given) continue;
    need_key(step.of);
    if (step.where && names_before(*step.where)) written_[step.of].looks_back = true;
  }
  const int returning = program_.returning_step;
  if (program_.returning && returning >= 0 && program_.steps[returning].kind != StepKind::delete_)
    need_key(returning);
  std::ranges::for_each(params_.values, need_value);
  for (const RowBlock& block : params_.blocks) std::ranges::for_each(block.cells, need_value);
}

// What one statement fails to do leaves nothing behind; what it does wrongly can't be taken back.
bool ProgramRun::is_one_statement() const {
  if (program_.steps.size() != 1 || program_.rollback || program_.singular || program_.returning)
    return false;
  const Step& step = program_.steps.front();
  if ((step.where && may_warn(*step.where)) || std::ranges::any_of(step.values, may_warn))
    return false;
  switch (step.kind) {
    case StepKind::insert:
      return params_.blocks[step.block].rows <= 1;
    case StepKind::update:
    case StepKind::delete_:
      return step.rows_max == 0;
    default:
      return false;
  }
}

Value ProgramRun::resolve(Value value) const {
  if (!is_reference(value)) return value;
  const Written& written = written_[value.reference_step()];
  const auto at = std::ranges::find(written.fields, static_cast<int>(value.reference_field()));
  // An upsert that left its row alone has none.
  if (at == written.fields.end() || value.reference_row() >= written.rows.size()) return Value();
  return written.rows[value.reference_row()][static_cast<size_t>(at - written.fields.begin())];
}

ProgramRun::Row ProgramRun::row_of(const RowBlock& block, size_t width, uint32_t row) const {
  Row cells;
  for (const Value& cell : block.cells.subspan(size_t{row} * width, width))
    cells.push_back(resolve(cell));
  return cells;
}

bool ProgramRun::may_repeat_number() const { return mysql::may_repeat(failed_number_); }

task<result<Answer>> ProgramRun::execute(const sql::Statement& statement,
                                         std::span<const Type> columns,
                                         const BindSources& sources) {
  BindSources all = sources;
  all.params = values_;
  TRIVET_CO_TRY(const Command command, make_command(statement, all));
  result<Answer> answer = co_await connection_.run(command, columns, result_.rows.arena, deadline_);
  if (!answer) failed_number_ = connection_.last_number();
  co_return answer;
}

task<result<Answer>> ProgramRun::control(const char* text) {
  const Command command = plain_command(text);
  result<Answer> answer = co_await connection_.run(command, {}, result_.rows.arena, deadline_);
  if (!answer) failed_number_ = connection_.last_number();
  co_return answer;
}

task<result<WriteResult>> ProgramRun::run() {
  const bool alone = is_one_statement();
  if (!alone) {
    result<Answer> begun = co_await control("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    if (!begun) {
      may_repeat_ = begun.error().code == ErrorCode::store_lost;  // nothing was sent yet
      co_return std::unexpected(std::move(begun).error());
    }
  }
  result<void> done = co_await run_steps();
  may_repeat_ = !done && may_repeat_number();
  if (alone) {
    if (!done) co_return std::unexpected(unknown_outcome(std::move(done).error(), connection_));
    co_return std::move(result_);
  }
  const bool keep = done && !program_.rollback;
  result<Answer> ended = fail(ErrorCode::store_lost, "closed");
  const bool late = std::chrono::steady_clock::now() >= deadline_;
  if (connection_.usable() && !late) ended = co_await control(keep ? "COMMIT" : "ROLLBACK");
  if (!ended) connection_.close();  // which undoes what wasn't kept
  if (!done) co_return std::unexpected(std::move(done).error());
  if (ended) co_return std::move(result_);
  if (late)
    co_return fail(ErrorCode::query_canceled, "canceling statement due to statement timeout");
  Error error = std::move(ended).error();
  if (keep) error = unknown_outcome(std::move(error), connection_);
  co_return std::unexpected(std::move(error));
}

task<result<void>> ProgramRun::run_steps() {
  const bool has_references = std::ranges::any_of(params_.values, is_reference);
  const int returning = program_.returning_step;
  for (size_t i = 0; i < program_.steps.size() && !stopped_; ++i) {
    if (has_references)
      for (size_t value = 0; value < values_.size(); ++value)
        values_[value] = resolve(params_.values[value]);
    const bool before = static_cast<int>(i) == returning && program_.returning &&
                        program_.steps[i].kind == StepKind::delete_;
    if (before) {
      result<void> read = co_await read_before();
      if (!read) co_return read;
    }
    result<void> done = co_await run_step(i);
    if (!done) co_return done;
  }
  if (returning < 0) co_return result<void>();
  result_.affected = written_[returning].affected;
  result_.inserted = written_[returning].inserted;
  const bool chosen = program_.returning && program_.returning->where;
  if (!chosen) TRIVET_CO_CHECK(check_singular());
  if (program_.returning && program_.steps[returning].kind != StepKind::delete_ && !stopped_) {
    result<void> read = co_await read_back();
    if (!read) co_return read;
  }
  if (!chosen) co_return result<void>();
  result_.affected = result_.rows.batch.rows;
  co_return check_singular();
}

result<void> ProgramRun::check_singular() const {
  if (!program_.singular || program_.returning_step < 0 || result_.affected == 1) return {};
  return fail(ErrorCode::not_singular, "Cannot coerce the result to a single JSON object",
              "The result contains " + std::to_string(result_.affected) + " rows");
}

task<result<void>> ProgramRun::run_step(size_t index) {
  switch (program_.steps[index].kind) {
    case StepKind::insert:
      return insert(index);
    case StepKind::upsert:
      return upsert(index);
    case StepKind::update:
    case StepKind::delete_:
      return change(index);
    case StepKind::find:
      return find(index);
    case StepKind::forbid:
      return forbid(index);
    case StepKind::check:
      return check(index);
    case StepKind::link:
    case StepKind::unlink:
      return link(index);
  }
  TRIVET_ASSERT(!"a kind of step");
}

task<result<void>> ProgramRun::read_before() {
  Level level = *program_.returning;
  std::vector<Expr> conditions;
  const std::optional<Expr>& where = program_.steps[program_.returning_step].where;
  if (level.where) conditions.push_back(*level.where);
  if (where) conditions.push_back(*where);
  if (!conditions.empty()) level.where = make_and(std::move(conditions));
  const Select select = render_select(*program_.schema, level, {});
  result<Answer> answer = co_await execute(select.statement, select.columns, {});
  if (!answer) co_return std::unexpected(std::move(answer).error());
  TRIVET_CO_TRY(result_.rows.batch, decode_rows(*answer, level, 0, result_.rows.arena));
  co_return result<void>();
}

// The keys of the rows with these numbers: a list for each column.
std::vector<Value> ProgramRun::keys_of(size_t index, std::span<const size_t> rows) {
  const Written& written = written_[index];
  std::vector<Value> lists;
  for (const int key : key_fields(program_.schema->models[program_.steps[index].model])) {
    const auto at = std::ranges::find(written.fields, key) - written.fields.begin();
    std::vector<Value> values;
    for (const size_t row : rows) values.push_back(written.rows[row][static_cast<size_t>(at)]);
    lists.push_back(result_.rows.arena.copy_list(values));
  }
  return lists;
}

// In the order in which the rows were given, unless the level has one of its own.
task<result<void>> ProgramRun::read_back() {
  const auto index = static_cast<size_t>(program_.returning_step);
  const Level& level = *program_.returning;
  const schema::Model& model = program_.schema->models[level.model];
  const bool shaped = is_shaped(level);
  const std::vector<int> keys = key_fields(model);
  const Select select = render_select(
      *program_.schema, level, {.keys = shaped ? std::vector<int>() : keys, .among_rows = true});
  const size_t count = written_[index].rows.size();
  result_.rows.batch = {static_cast<uint32_t>(level.outputs.size() + level.embeds.size()), 0, nullptr};
  if (count == 0 && !level.grouped) co_return result<void>();
  Answer all;
  const size_t width = select.columns.size();
  const size_t chunk = shaped ? std::max<size_t>(count, 1) : keys_max;
  for (size_t start = 0; start == 0 || start < count; start += chunk) {
    std::vector<size_t> rows;
    for (size_t row = start; row < std::min(count, start + chunk); ++row) rows.push_back(row);
    const std::vector<Value> lists = keys_of(index, rows);
    result<Answer> answer = co_await execute(select.statement, select.columns, {.rows = lists});
    if (!answer) co_return std::unexpected(std::move(answer).error());
    if (shaped) {
      all = *std::move(answer);
      break;
    }
    std::unordered_map<std::string, size_t> places;
    for (size_t row = 0; row < rows.size(); ++row) {
      std::vector<Value> key;
      for (const Value& list : lists) key.push_back(list.as_list()[row]);
      places.emplace(key_text(key), row);
    }
    std::vector<std::pair<size_t, uint32_t>> order;
    for (uint32_t row = 0; row < answer->rows; ++row) {
      const auto key = std::span(answer->cells).subspan(row * width + level.outputs.size(), keys.size());
      const auto place = places.find(key_text(key));
      order.emplace_back(place == places.end() ? rows.size() : place->second, row);
    }
    std::ranges::sort(order);
    for (const auto& [place, row] : order)
      for (size_t cell = 0; cell < width; ++cell)
        all.cells.push_back(answer->cells[row * width + cell]);
    all.rows += answer->rows;
  }
  TRIVET_CO_TRY(result_.rows.batch, decode_rows(all, level, shaped ? 0 : keys.size(), result_.rows.arena));
  co_return result<void>();
}

task<Error> ProgramRun::explain(Error error, size_t index, std::vector<Row> rows) {
  const Step& step = program_.steps[index];
  const unsigned number = connection_.last_number();
  const std::string text = connection_.last_text();
  if (number == 0) co_return error;
  failed_number_ = number;
  Error explained = explain_violation(std::move(error), number, text,
                                      {*program_.schema, step, std::move(rows), values_});
  const schema::Relation* relation = referring_relation(*program_.schema, number, text);
  if (relation == nullptr || step.model < 0 || !connection_.usable() ||
      relation->kind == schema::RelationKind::many_to_many)
    co_return explained;
  // Which row it was: one that the step is about, or takes with it, and that is referred to.
  const std::optional<Expr> reached = reached_rows(*program_.schema, step, relation->model[1]);
  if (!reached) co_return explained;
  const Expr where = make_and({*reached, linked(*program_.schema, *relation, 1, std::nullopt)});
  const Select select = render_rows(
      *program_.schema,
      {.model = relation->model[1], .fields = relation->to_fields, .where = &where, .limit = 1});
  result<Answer> answer = co_await execute(select.statement, select.columns, {});
  failed_number_ = number;
  if (answer && answer->rows == 1)
    explained.details = referenced_details(*program_.schema, *relation, answer->cells);
  co_return explained;
}

}  // namespace trivet::store::mysql
