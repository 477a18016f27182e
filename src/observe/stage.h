// The six stages of a request (docs/ARCHITECTURE.md): the same words are span names, metric labels, Server-Timing entries
// and log fields. Values; no state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trivet::observe {

enum class Stage : uint8_t { authenticate, decode, authorise, plan, execute, encode };
inline constexpr size_t stage_count = 6;

inline constexpr std::array<std::string_view, stage_count> stage_names = {
    "authenticate", "decode", "authorise", "plan", "execute", "encode"};

// Nanoseconds spent in each stage; 0 = not entered.
using StageTimes = std::array<uint64_t, stage_count>;

}  // namespace trivet::observe
