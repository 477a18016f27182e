// Decides from keys and indexes whether a read is provably small, so that it may run on the event
// loop.
#pragma once

#include <span>

#include "engine/plan/plan.h"
#include "store/query.h"

namespace trivet::engine {

inline constexpr uint64_t small_root_rows_max = 100;
inline constexpr uint64_t small_rows_max = 2048;  // all levels together

// The bounds of each level, root first; nothing if some level can touch any number of rows.
[[nodiscard]] std::optional<std::vector<LevelBound>> find_bounds(const store::Query& query);

[[nodiscard]] bool is_small(std::span<const LevelBound> bounds, std::span<const Value> params);

}  // namespace trivet::engine
