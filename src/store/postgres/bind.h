// A rendered statement and the values for it → a Command. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/postgres/options.h"
#include "store/postgres/request.h"
#include "store/session.h"
#include "store/sql/statement.h"
#include "value/value.h"

namespace trivet::store::postgres {

// Whether the transaction may change anything, besides what its BEGIN says.
enum class Access : uint8_t { as_begun, read_only };

struct BindSources {
  std::span<const Value> params{};  // BindKind::param, list, limit
  std::span<const Value> cells{};   // BindKind::cell
  std::span<const Value> rows{};    // BindKind::rows: a list for each column of the rows' key
};

// A statement whose parameters are all text.
[[nodiscard]] Command text_command(std::string sql, std::span<const std::string> values);
// Sets them until the transaction ends: one statement, names and values as its parameters. permission_denied for the role
// "none", by which the server means the login itself.
[[nodiscard]] result<Command> settings_command(const Settings& settings, Access access);

// The same, and the function that is called before requests, where there is one; then the last one asks what it set of the answer.
[[nodiscard]] result<std::vector<Command>> session_commands(const Settings& settings, Access access,
                                                            const PostgresOptions& options);
// Takes that in.
void read_response(const pg_result& answer, CallerSession& session);
// The role that they set; empty = none (Exchange::role).
[[nodiscard]] std::string role_in(const Settings& settings);

// Errors: what a type can't hold (22003, 22P02).
[[nodiscard]] result<Command> make_command(std::shared_ptr<const sql::Statement> statement,
                                           const BindSources& sources);

}  // namespace trivet::store::postgres
