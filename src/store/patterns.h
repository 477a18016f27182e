// The patterns of a query that are written in a language of their own: LIKE, regular expressions,
// text search.
//
// Whether a store meets a bad one depends on its rows and on the order in which it evaluates. So
// they are found when planning and checked before each run: a bad pattern is the same error on
// every store and on an empty table. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/query.h"
#include "value/regex.h"

namespace trivet::store {

struct Pattern {
  Op op;
  int param;  // Params::values index
  std::string mode;           // text_search
  std::string configuration;  // text_search
};

// Those that are parameters.
[[nodiscard]] std::vector<Pattern> patterns_of(const Level& level);
[[nodiscard]] std::vector<Pattern> patterns_of(const Program& program);

// Errors: 22025 (LIKE), 2201B (regular expressions), 22P02 and 42704 (text search). Nulls are fine.
// Expressions stay in `regexes`.
[[nodiscard]] result<void> check_patterns(std::span<const Pattern> patterns,
                                          std::span<const Value> params, RegexCache& regexes);

}  // namespace trivet::store
