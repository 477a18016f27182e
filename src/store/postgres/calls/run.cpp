#include "store/postgres/calls/run.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "store/postgres/bind.h"
#include "store/postgres/calls/render.h"
#include "store/postgres/errors.h"
#include "store/postgres/rows.h"

namespace trivet::store::postgres {
namespace {

// Ends a session whose transaction was not seen to end.
class OpenTransaction {
 public:
  explicit OpenTransaction(Lease& lease) : lease_(lease) {}
  ~OpenTransaction() {
    if (!ended_) lease_->close();
  }
  OpenTransaction(const OpenTransaction&) = delete;
  OpenTransaction& operator=(const OpenTransaction&) = delete;
  void set_ended() { ended_ = true; }

 private:
  Lease& lease_;
  bool ended_ = false;
};

// Read committed, as authors of functions expect of a database.
result<std::vector<Command>> commands_of(const Call& call, const CallText& text,
                                         const PostgresOptions& options) {
  std::vector<Command> commands;
  commands.push_back(plain_command(call.access == CallAccess::read_only
                                       ? "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
                                       : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"));
  TRIVET_TRY(std::vector<Command> before, session_commands(call.settings, Access::as_begun, options));
  std::ranges::move(before, std::back_inserter(commands));
  commands.push_back(text_command(text.sql, text.values));
  commands.push_back(plain_command(
      "SELECT coalesce(current_setting('response.status', true), ''), "
      "coalesce(current_setting('response.headers', true), '')"));
  return commands;
}

std::string text_at(const pg_result& result, int column) {
  return {PQgetvalue(&result, 0, column), static_cast<size_t>(PQgetlength(&result, 0, column))};
}

CallAnswer read_answer(const Exchange& exchange) {
  const size_t count = exchange.results.size();
  const pg_result& rows = *exchange.results[count - 2];
  const pg_result& response = *exchange.results[count - 1];
  CallAnswer answer;
  answer.body = text_at(rows, 0);
  answer.rows = integer_at(rows, 0, 1);
  if (PQgetisnull(&rows, 0, 2) == 0) answer.total = integer_at(rows, 0, 2);
  answer.status = text_at(response, 0);
  answer.headers = text_at(response, 1);
  return answer;
}

// What the database says, if it is for the caller; else it is trouble.
result<CallAnswer> failed_answer(const Exchange& exchange) {
  CallAnswer answer;
  answer.refusal = refusal_of(exchange);
  if (!answer.refusal) return std::unexpected(*exchange.error);
  return answer;
}

result<void> check_rows(const Call& call, const CallAnswer& answer) {
  if (call.rows_max && answer.rows > static_cast<int64_t>(*call.rows_max))
    return fail(ErrorCode::max_affected, "Query result exceeds max-affected preference constraint",
                fmt::format("The query affects {} rows", answer.rows));
  if (call.rows_taken_max && answer.rows > static_cast<int64_t>(*call.rows_taken_max))
    return fail(ErrorCode::too_complex, "the function gives too many rows",
                fmt::format("At most {} rows are looked through for what they embed.", *call.rows_taken_max));
  const bool one_wanted = call.format == CallFormat::json_object &&
                          (call.procedure->shape == ResultShape::rows ||
                           call.procedure->shape == ResultShape::values);
  if (one_wanted && answer.rows != 1)
    return fail(ErrorCode::not_singular, "Cannot coerce the result to a single JSON object",
                fmt::format("The result contains {} rows", answer.rows));
  return {};
}

struct Attempt {
  result<CallAnswer> answer;
  bool may_be_repeated = false;
};

task<Attempt> attempt_call(Lane& lane, const Call& call, const CallText& text, Deadline deadline) {
  auto commands = commands_of(call, text, lane.options());
  if (!commands) co_return Attempt{std::unexpected(std::move(commands).error()), false};
  auto lease = co_await lane.acquire(Use::alone, deadline);
  if (!lease) co_return Attempt{std::unexpected(std::move(lease).error()), false};
  OpenTransaction transaction(*lease);
  auto exchange = std::make_shared<Exchange>();
  exchange->commands = *std::move(commands);
  exchange->role = role_in(call.settings);
  co_await (*lease)->run(exchange, deadline);
  result<CallAnswer> answer = CallAnswer();
  bool keep = call.end == CallEnd::commit;
  if (exchange->error) {
    keep = false;
    answer = failed_answer(*exchange);
  } else {
    answer = read_answer(*exchange);
    if (result<void> fits = check_rows(call, *answer); !fits) {
      keep = false;
      answer = std::unexpected(std::move(fits).error());
    }
  }
  const bool again = exchange->error && may_repeat(exchange->state);
  auto end = std::make_shared<Exchange>();
  end->commands.push_back(plain_command(keep ? "COMMIT" : "ROLLBACK"));
  co_await (*lease)->run(end, deadline);
  if (!end->error) transaction.set_ended();
  // What was deferred to the end may still refuse.
  if (keep && end->error) {
    transaction.set_ended();
    answer = failed_answer(*end);
  }
  co_return Attempt{std::move(answer), again};
}

}  // namespace

task<result<CallAnswer>> run_call(Lane& lane, const Call& call, Deadline deadline) {
  TRIVET_CO_TRY(const CallText text, render_call(call));
  for (int number = 1;; ++number) {
    Attempt attempt = co_await attempt_call(lane, call, text, deadline);
    const bool again = attempt.may_be_repeated && std::chrono::steady_clock::now() < deadline;
    if (!again || number >= lane.options().attempts_max) co_return std::move(attempt.answer);
  }
}

}  // namespace trivet::store::postgres
