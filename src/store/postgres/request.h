// What one round trip carries: commands that are sent together and answered together. Values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/sql/statement.h"

struct pg_result;

namespace trivet::store::postgres {

struct ClearResult {
  void operator()(pg_result* result) const;
};
using ResultPointer = std::unique_ptr<pg_result, ClearResult>;

// One statement and its parameters in binary form.
struct Command {
  std::shared_ptr<const sql::Statement> statement;
  std::string bytes;                          // of all parameters
  std::vector<std::pair<size_t, int>> cells;  // where in bytes, and how long; -1 = null
  bool is_control = false;  // of no table or function of the project: its plan is anybody's
};

// Without parameters.
[[nodiscard]] inline Command plain_command(std::string text) {
  return {std::make_shared<const sql::Statement>(sql::Statement{std::move(text), {}}), {}, {}, true};
}

// Outside of a transaction, the commands of one exchange are one transaction of their own.
struct Exchange {
  // Whose plans it uses. The server looks at some rights when it makes a plan, and not again (those of functions that it writes
  // into it), so a prepared statement belongs to one role. Empty = the login's.
  std::string role;
  std::vector<Command> commands;
  std::vector<ResultPointer> results;  // of the commands, until the first that failed
  std::optional<Error> error;
  std::string state;  // SQLSTATE of the error, empty if it isn't the server's
  ResultPointer failed;  // the server's error, if it is one
  size_t failed_command = 0;
};

}  // namespace trivet::store::postgres
