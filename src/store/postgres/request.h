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
};

// Without parameters.
[[nodiscard]] inline Command plain_command(std::string text) {
  return {std::make_shared<const sql::Statement>(sql::Statement{std::move(text), {}}), {}, {}};
}

// Outside of a transaction, the commands of one exchange are one transaction of their own.
struct Exchange {
  std::vector<Command> commands;
  std::vector<ResultPointer> results;  // of the commands, until the first that failed
  std::optional<Error> error;
  std::string state;  // SQLSTATE of the error, empty if it isn't the server's
  ResultPointer failed;  // the server's error, if it is one
  size_t failed_command = 0;
};

}  // namespace trivet::store::postgres
