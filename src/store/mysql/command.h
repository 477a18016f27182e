// A statement ready to be sent, and what came of it. Values.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/sql/statement.h"
#include "value/value.h"

namespace trivet::store::mysql {

struct Command {
  std::string text;           // with ? for each value
  std::vector<Value> values;  // views of what the caller keeps
};

// Without values.
[[nodiscard]] inline Command plain_command(std::string text) { return {std::move(text), {}}; }

struct BindSources {
  std::span<const Value> params{};  // BindKind::param, list, limit
  std::span<const Value> cells{};   // BindKind::cell
  std::span<const Value> rows{};    // BindKind::rows: a list for each column of the rows' key
};

// Puts the values to their marks, and as many marks for a list as it has elements, rounded up to a
// power of two with its last one again, so that few texts are prepared. Errors: too many values.
[[nodiscard]] result<Command> make_command(const sql::Statement& statement,
                                           const BindSources& sources);

// A statement's text as a person reads it: ? for a value, and for a list's elements.
[[nodiscard]] std::string readable(std::string_view text);

struct Answer {
  std::vector<Value> cells;  // row by row, in the arena that the caller gave
  uint32_t rows = 0;
  int64_t affected = 0;   // rows that the statement found, also where it changed nothing
  int64_t insert_id = 0;  // the first key that the statement made the database count up
};

}  // namespace trivet::store::mysql
