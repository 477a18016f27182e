#include "store/postgres/bind.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>

#include "store/postgres/types.h"

namespace trivet::store::postgres {

namespace {

Value value_of(const sql::Binding& binding, const BindSources& sources) {
  const auto at = [&](std::span<const Value> values) {
    TRIVET_ASSERT(static_cast<size_t>(binding.index) < values.size());
    return values[static_cast<size_t>(binding.index)];
  };
  switch (binding.kind) {
    case sql::BindKind::cell:
      return at(sources.cells);
    case sql::BindKind::rows:
      return at(sources.rows);
    default:
      return at(sources.params);
  }
}

}  // namespace

Command text_command(std::string sql, std::span<const std::string> values) {
  Command command = plain_command(std::move(sql));
  command.is_control = false;
  for (const std::string& value : values) {
    command.cells.emplace_back(command.bytes.size(), static_cast<int>(value.size()));
    command.bytes += value;
  }
  return command;
}

result<Command> settings_command(const Settings& settings, Access access) {
  // Not SET LOCAL, which the server warns of in its log where no BEGIN was said.
  std::string sql = access == Access::read_only ? "SELECT set_config('transaction_read_only', 'on', true)" : "SELECT ''";
  std::vector<std::string> values;
  for (const auto& [name, value] : settings) {
    if (name == "role" && value == "none")
      return fail(ErrorCode::permission_denied, "permission denied to set role \"none\"");
    sql += fmt::format(", set_config(${}::text, ${}::text, true)", values.size() + 1, values.size() + 2);
    values.push_back(name);
    values.push_back(value);
  }
  Command command = text_command(std::move(sql), values);
  command.is_control = true;
  return command;
}

void read_response(const pg_result& answer, CallerSession& session) {
  session.status.assign(PQgetvalue(&answer, 0, 0), static_cast<size_t>(PQgetlength(&answer, 0, 0)));
  session.headers.assign(PQgetvalue(&answer, 0, 1), static_cast<size_t>(PQgetlength(&answer, 0, 1)));
}

std::string role_in(const Settings& settings) {
  const auto found = std::ranges::find(settings, "role", &Settings::value_type::first);
  return found == settings.end() ? std::string() : found->second;
}

result<std::vector<Command>> session_commands(const Settings& settings, Access access,
                                              const PostgresOptions& options) {
  std::vector<Command> commands;
  TRIVET_TRY(Command set, settings_command(settings, access));
  commands.push_back(std::move(set));
  if (!options.pre_request.empty()) {
    commands.push_back(text_command("SELECT " + options.pre_request + "()", {}));
    commands.push_back(plain_command("SELECT coalesce(current_setting('response.status', true), ''), "
                                     "coalesce(current_setting('response.headers', true), '')"));
  }
  return commands;
}

result<Command> make_command(std::shared_ptr<const sql::Statement> statement,
                             const BindSources& sources) {
  Command command{std::move(statement), {}, {}, false};
  for (const sql::Binding& binding : command.statement->bindings) {
    const Value value = value_of(binding, sources);
    TRIVET_ASSERT(value.kind() != ValueKind::reference && value.kind() != ValueKind::absent);
    const size_t start = command.bytes.size();
    if (value.is_null()) {
      command.cells.emplace_back(start, -1);
      continue;
    }
    if (value.kind() == ValueKind::list)
      TRIVET_CHECK(encode_list(command.bytes, value, binding.type));
    else
      TRIVET_CHECK(encode_value(command.bytes, value, binding.type));
    command.cells.emplace_back(start, static_cast<int>(command.bytes.size() - start));
  }
  return command;
}

}  // namespace trivet::store::postgres
