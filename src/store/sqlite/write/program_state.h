// What one run of a Program knows. Internal to ProgramRunner.
#pragma once

#include <optional>
#include <unordered_set>
#include <vector>

#include "store/sqlite/write/program.h"

namespace trivet::store::sqlite {

struct RowBefore {
  int64_t row_id = 0;
  std::vector<Value> cells;  // by column, in State::result's arena
};

struct StepRows {
  std::vector<int64_t> row_ids;  // in input order; of a find: the row found
  std::vector<int64_t> updated;  // of an upsert: those that were there
  std::vector<RowBefore> before;
  int64_t affected = 0;
  int64_t inserted = 0;
};

[[nodiscard]] Error step_error(const Step& step);

struct ProgramRunner::State {
  const Program& program;
  const PreparedProgram& prepared;
  const Params& params;
  std::span<const Value> values;  // params.values, or `resolved`
  std::vector<Value> resolved;    // used if any parameter is a reference
  std::vector<Value> row;         // the row at hand, references resolved
  std::vector<StepRows> steps;
  std::unordered_set<int64_t> touched;  // upsert: rows already written by this statement
  bool deferred_keys = false;
  bool stopped = false;  // a find without a row ended the program
  WriteResult result{};
};

}  // namespace trivet::store::sqlite
